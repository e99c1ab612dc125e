// Part of translated programs: rewrites what the target's stat() stored into the layout of the source's struct stat
// (glibc's bits/struct_stat.h). AArch64 and RISC-V share the generic layout, x86-64 has one of its own.
//
//   void __portolan_stat_SOURCE_TARGET(const void *target, void *source);
typedef unsigned long u64;
typedef long i64;
typedef unsigned u32;
typedef int i32;

struct stat_x86_64 {
  u64 dev, ino, nlink;
  u32 mode, uid, gid, pad;
  u64 rdev;
  i64 size, blksize, blocks;
  i64 times[6];
  i64 reserved[3];
};
struct stat_generic {
  u64 dev, ino;
  u32 mode, nlink, uid, gid;
  u64 rdev, pad1;
  i64 size;
  i32 blksize, pad2;
  i64 blocks;
  i64 times[6];
  i32 reserved[2];
};
#define stat_aarch64 stat_generic
#define stat_riscv64 stat_generic

_Static_assert(sizeof(struct stat_x86_64) == 144 && sizeof(struct stat_generic) == 128, "sizes of struct stat");

#define NAME2(source, target) __portolan_stat_##source##_##target
#define NAME(source, target) NAME2(source, target)
#define LAYOUT2(isa) struct stat_##isa
#define LAYOUT(isa) LAYOUT2(isa)

// The fields are read before any is written, so that both may be the same memory.
void NAME(SOURCE, TARGET)(const void* target, void* source) {
  LAYOUT(TARGET) from = *(const LAYOUT(TARGET)*)target;
  LAYOUT(SOURCE) to = {0};
  to.dev = from.dev;
  to.ino = from.ino;
  to.mode = from.mode;
  to.nlink = from.nlink;
  to.uid = from.uid;
  to.gid = from.gid;
  to.rdev = from.rdev;
  to.size = from.size;
  to.blksize = from.blksize;
  to.blocks = from.blocks;
  for (int i = 0; i < 6; ++i) to.times[i] = from.times[i];
  *(LAYOUT(SOURCE)*)source = to;
}
