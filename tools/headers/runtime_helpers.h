// What compilers call without a header: the C library's start-up and fortified functions (names and parameters as the
// Linux Standard Base lists them), formats that clang does not know by itself, and libgcc's arithmetic (as the GCC
// internals manual, "The GCC low-level runtime library", lists it).
#pragma once

#define PRINTF(at, first) __attribute__((__format__(__printf__, at, first)))
#define SCANF(at, first) __attribute__((__format__(__scanf__, at, first)))

// Start and end of a program.
int __libc_start_main(int (*main)(int, char**, char**), int, char**, int (*init)(int, char**, char**),
                      void (*fini)(void), void (*rtld_fini)(void), void* stack_end) __attribute__((noreturn));
int __cxa_atexit(void (*function)(void*), void* argument, void* dso);
int __cxa_thread_atexit_impl(void (*function)(void*), void* argument, void* dso);
void __cxa_finalize(void* dso);
void __gmon_start__(void);
void _ITM_deregisterTMCloneTable(void* table);
void _ITM_registerTMCloneTable(void* table, size_t size);
void __stack_chk_fail(void) __attribute__((noreturn));
void __chk_fail(void) __attribute__((noreturn));
void* __tls_get_addr(void* index);
void _Unwind_Resume(void* exception) __attribute__((noreturn));

// Names that older or newer headers redirect to.
char* gets(char*);
int scanf(const char*, ...) SCANF(1, 2);
int fscanf(FILE*, const char*, ...) SCANF(2, 3);
int sscanf(const char*, const char*, ...) SCANF(2, 3);
int vscanf(const char*, va_list) SCANF(1, 0);
int vfscanf(FILE*, const char*, va_list) SCANF(2, 0);
int vsscanf(const char*, const char*, va_list) SCANF(2, 0);
int __isoc99_scanf(const char*, ...) SCANF(1, 2);
int __isoc99_fscanf(FILE*, const char*, ...) SCANF(2, 3);
int __isoc99_sscanf(const char*, const char*, ...) SCANF(2, 3);
int __isoc99_vscanf(const char*, va_list) SCANF(1, 0);
int __isoc99_vfscanf(FILE*, const char*, va_list) SCANF(2, 0);
int __isoc99_vsscanf(const char*, const char*, va_list) SCANF(2, 0);
int __isoc99_wscanf(const wchar_t*, ...);
int __isoc99_fwscanf(FILE*, const wchar_t*, ...);
int __isoc99_swscanf(const wchar_t*, const wchar_t*, ...);
int __isoc99_vwscanf(const wchar_t*, va_list);
int __isoc99_vfwscanf(FILE*, const wchar_t*, va_list);
int __isoc99_vswscanf(const wchar_t*, const wchar_t*, va_list);
int __xstat(int version, const char*, struct stat*);
int __fxstat(int version, int, struct stat*);
int __lxstat(int version, const char*, struct stat*);
int __fxstatat(int version, int, const char*, struct stat*, int);
double __exp_finite(double);
double __log_finite(double);
double __log10_finite(double);
double __pow_finite(double, double);
double __acos_finite(double);
double __asin_finite(double);
double __atan2_finite(double, double);
double __fmod_finite(double, double);
double __sqrt_finite(double);

// Formats.
void syslog(int, const char*, ...) PRINTF(2, 3);
void vsyslog(int, const char*, va_list) PRINTF(2, 0);
void warn(const char*, ...) PRINTF(1, 2);
void warnx(const char*, ...) PRINTF(1, 2);
void vwarn(const char*, va_list) PRINTF(1, 0);
void vwarnx(const char*, va_list) PRINTF(1, 0);
void err(int, const char*, ...) PRINTF(2, 3);
void errx(int, const char*, ...) PRINTF(2, 3);
void verr(int, const char*, va_list) PRINTF(2, 0);
void verrx(int, const char*, va_list) PRINTF(2, 0);
void error(int, int, const char*, ...) PRINTF(3, 4);
void error_at_line(int, int, const char*, unsigned, const char*, ...) PRINTF(5, 6);
int printf(const char*, ...) PRINTF(1, 2);
int fprintf(FILE*, const char*, ...) PRINTF(2, 3);
int sprintf(char*, const char*, ...) PRINTF(2, 3);
int snprintf(char*, size_t, const char*, ...) PRINTF(3, 4);
int dprintf(int, const char*, ...) PRINTF(2, 3);
int asprintf(char**, const char*, ...) PRINTF(2, 3);
int vprintf(const char*, va_list) PRINTF(1, 0);
int vfprintf(FILE*, const char*, va_list) PRINTF(2, 0);
int vsprintf(char*, const char*, va_list) PRINTF(2, 0);
int vsnprintf(char*, size_t, const char*, va_list) PRINTF(3, 0);
int vdprintf(int, const char*, va_list) PRINTF(2, 0);
int vasprintf(char**, const char*, va_list) PRINTF(2, 0);

// _FORTIFY_SOURCE.
int __printf_chk(int, const char*, ...) PRINTF(2, 3);
int __fprintf_chk(FILE*, int, const char*, ...) PRINTF(3, 4);
int __sprintf_chk(char*, int, size_t, const char*, ...) PRINTF(4, 5);
int __snprintf_chk(char*, size_t, int, size_t, const char*, ...) PRINTF(5, 6);
int __dprintf_chk(int, int, const char*, ...) PRINTF(3, 4);
int __asprintf_chk(char**, int, const char*, ...) PRINTF(3, 4);
int __vprintf_chk(int, const char*, va_list) PRINTF(2, 0);
int __vfprintf_chk(FILE*, int, const char*, va_list) PRINTF(3, 0);
int __vsprintf_chk(char*, int, size_t, const char*, va_list) PRINTF(4, 0);
int __vsnprintf_chk(char*, size_t, int, size_t, const char*, va_list) PRINTF(5, 0);
int __vdprintf_chk(int, int, const char*, va_list) PRINTF(3, 0);
int __vasprintf_chk(char**, int, const char*, va_list) PRINTF(3, 0);
void __syslog_chk(int, int, const char*, ...) PRINTF(3, 4);
void __vsyslog_chk(int, int, const char*, va_list) PRINTF(3, 0);
int __wprintf_chk(int, const wchar_t*, ...);
int __fwprintf_chk(FILE*, int, const wchar_t*, ...);
int __swprintf_chk(wchar_t*, size_t, int, size_t, const wchar_t*, ...);
int __vwprintf_chk(int, const wchar_t*, va_list);
int __vfwprintf_chk(FILE*, int, const wchar_t*, va_list);
int __vswprintf_chk(wchar_t*, size_t, int, size_t, const wchar_t*, va_list);
void* __memcpy_chk(void*, const void*, size_t, size_t);
void* __memmove_chk(void*, const void*, size_t, size_t);
void* __mempcpy_chk(void*, const void*, size_t, size_t);
void* __memset_chk(void*, int, size_t, size_t);
void __explicit_bzero_chk(void*, size_t, size_t);
char* __strcpy_chk(char*, const char*, size_t);
char* __stpcpy_chk(char*, const char*, size_t);
char* __strncpy_chk(char*, const char*, size_t, size_t);
char* __stpncpy_chk(char*, const char*, size_t, size_t);
char* __strcat_chk(char*, const char*, size_t);
char* __strncat_chk(char*, const char*, size_t, size_t);
char* __fgets_chk(char*, size_t, int, FILE*);
char* __fgets_unlocked_chk(char*, size_t, int, FILE*);
char* __gets_chk(char*, size_t);
size_t __fread_chk(void*, size_t, size_t, size_t, FILE*);
size_t __fread_unlocked_chk(void*, size_t, size_t, size_t, FILE*);
ssize_t __read_chk(int, void*, size_t, size_t);
ssize_t __pread_chk(int, void*, size_t, off_t, size_t);
ssize_t __pread64_chk(int, void*, size_t, off64_t, size_t);
ssize_t __readlink_chk(const char*, char*, size_t, size_t);
ssize_t __readlinkat_chk(int, const char*, char*, size_t, size_t);
ssize_t __recv_chk(int, void*, size_t, size_t, int);
ssize_t __recvfrom_chk(int, void*, size_t, size_t, int, struct sockaddr*, socklen_t*);
char* __getcwd_chk(char*, size_t, size_t);
char* __realpath_chk(const char*, char*, size_t);
int __gethostname_chk(char*, size_t, size_t);
int __getgroups_chk(int, gid_t*, size_t);
int __poll_chk(struct pollfd*, nfds_t, int, size_t);
long __fdelt_chk(long);
void __longjmp_chk(jmp_buf, int) __attribute__((noreturn));
int __open_2(const char*, int);
int __open64_2(const char*, int);
int __openat_2(int, const char*, int);
int __openat64_2(int, const char*, int);
wchar_t* __wcscpy_chk(wchar_t*, const wchar_t*, size_t);
wchar_t* __wcscat_chk(wchar_t*, const wchar_t*, size_t);
wchar_t* __wmemcpy_chk(wchar_t*, const wchar_t*, size_t, size_t);
wchar_t* __wmemset_chk(wchar_t*, wchar_t, size_t, size_t);
size_t __mbstowcs_chk(wchar_t*, const char*, size_t, size_t);
size_t __wcstombs_chk(char*, const wchar_t*, size_t, size_t);

// libgcc, integers.
typedef __int128 ti;
typedef unsigned __int128 uti;
int __absvsi2(int);
long __absvdi2(long);
int __addvsi3(int, int);
long __addvdi3(long, long);
int __subvsi3(int, int);
long __subvdi3(long, long);
int __mulvsi3(int, int);
long __mulvdi3(long, long);
int __negvsi2(int);
long __negvdi2(long);
long __ashldi3(long, int);
long __ashrdi3(long, int);
long __lshrdi3(long, int);
ti __ashlti3(ti, int);
ti __ashrti3(ti, int);
ti __lshrti3(ti, int);
int __mulsi3(int, int);
long __muldi3(long, long);
ti __multi3(ti, ti);
int __divsi3(int, int);
long __divdi3(long, long);
ti __divti3(ti, ti);
unsigned __udivsi3(unsigned, unsigned);
unsigned long __udivdi3(unsigned long, unsigned long);
uti __udivti3(uti, uti);
int __modsi3(int, int);
long __moddi3(long, long);
ti __modti3(ti, ti);
unsigned __umodsi3(unsigned, unsigned);
unsigned long __umoddi3(unsigned long, unsigned long);
uti __umodti3(uti, uti);
uti __udivmodti4(uti, uti, uti*);
ti __divmodti4(ti, ti, ti*);
long __negdi2(long);
ti __negti2(ti);
int __cmpti2(ti, ti);
int __ucmpti2(uti, uti);
int __clzsi2(unsigned);
int __clzdi2(unsigned long);
int __clzti2(uti);
int __ctzsi2(unsigned);
int __ctzdi2(unsigned long);
int __ctzti2(uti);
int __ffsdi2(unsigned long);
int __ffsti2(uti);
int __clrsbdi2(long);
int __clrsbti2(ti);
int __paritysi2(unsigned);
int __paritydi2(unsigned long);
int __parityti2(uti);
int __popcountsi2(unsigned);
int __popcountdi2(unsigned long);
int __popcountti2(uti);
int __bswapsi2(int);
long __bswapdi2(long);

// libgcc, floating point. tf is IEEE binary128 on every ISA; its comparisons return a word where gcc says so.
#if defined(__x86_64__)
typedef __float128 tf;
#else
typedef long double tf;
#endif
#if defined(__aarch64__)
typedef int comparison;
#else
typedef long comparison;
#endif
tf __addtf3(tf, tf);
tf __subtf3(tf, tf);
tf __multf3(tf, tf);
tf __divtf3(tf, tf);
tf __negtf2(tf);
tf __powitf2(tf, int);
comparison __eqtf2(tf, tf);
comparison __netf2(tf, tf);
comparison __lttf2(tf, tf);
comparison __letf2(tf, tf);
comparison __gttf2(tf, tf);
comparison __getf2(tf, tf);
comparison __unordtf2(tf, tf);
tf __extendsftf2(float);
tf __extenddftf2(double);
float __trunctfsf2(tf);
double __trunctfdf2(tf);
int __fixtfsi(tf);
long __fixtfdi(tf);
ti __fixtfti(tf);
unsigned __fixunstfsi(tf);
unsigned long __fixunstfdi(tf);
uti __fixunstfti(tf);
tf __floatsitf(int);
tf __floatditf(long);
tf __floattitf(ti);
tf __floatunsitf(unsigned);
tf __floatunditf(unsigned long);
tf __floatuntitf(uti);
ti __fixsfti(float);
ti __fixdfti(double);
uti __fixunssfti(float);
uti __fixunsdfti(double);
float __floattisf(ti);
double __floattidf(ti);
float __floatuntisf(uti);
double __floatuntidf(uti);
float __powisf2(float, int);
double __powidf2(double, int);
__attribute__((noreturn)) void __stack_chk_fail(void);
float _Complex __mulsc3(float, float, float, float);
double _Complex __muldc3(double, double, double, double);
float _Complex __divsc3(float, float, float, float);
double _Complex __divdc3(double, double, double, double);
float __extendhfsf2(_Float16);
_Float16 __truncsfhf2(float);
_Float16 __truncdfhf2(double);
