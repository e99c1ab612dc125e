# A folder is a namespace is a library: portolan_library(NAME DEPENDS...) takes every .cpp beside the caller's
# CMakeLists.txt, so that adding a file needs no change here.

# Everything but the final link sees LLVM's headers only; what is linked (static components for the command, the shared
# library for tests) is chosen once per executable, so that no process ever holds two LLVMs.
add_library(portolan_options INTERFACE)
target_compile_options(portolan_options INTERFACE -Wall -Wextra $<$<CXX_COMPILER_ID:GNU>:-Werror>)
target_include_directories(portolan_options INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)
target_include_directories(portolan_options SYSTEM INTERFACE ${LLVM_INCLUDE_DIRS})
target_compile_definitions(portolan_options INTERFACE ${LLVM_DEFINITIONS_LIST})

separate_arguments(LLVM_DEFINITIONS_LIST NATIVE_COMMAND "${LLVM_DEFINITIONS}")

function(portolan_library name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(sources)
    add_library(portolan_${name} STATIC ${sources})
    target_link_libraries(portolan_${name} PUBLIC portolan_options fmt::fmt)
    foreach(dependency ${ARGN})
      target_link_libraries(portolan_${name} PUBLIC ${dependency})
    endforeach()
  else()
    add_library(portolan_${name} INTERFACE)
    target_link_libraries(portolan_${name} INTERFACE portolan_options ${ARGN})
  endif()
endfunction()

# The LLVM an executable links: `static` starts in 2 ms, `shared` links fast.
add_library(portolan_llvm_shared INTERFACE)
target_link_libraries(portolan_llvm_shared INTERFACE LLVM)

llvm_map_components_to_libnames(portolan_llvm_components
  mcparser mc mcdisassembler support core analysis passes codegen target object debuginfodwarf binaryformat orcjit
  X86AsmParser X86Disassembler X86Desc X86Info X86CodeGen
  AArch64AsmParser AArch64Disassembler AArch64Desc AArch64Info AArch64CodeGen
  RISCVAsmParser RISCVDisassembler RISCVDesc RISCVInfo RISCVCodeGen
  AMDGPUAsmParser AMDGPUDisassembler AMDGPUDesc AMDGPUInfo AMDGPUCodeGen)
add_library(portolan_llvm_static INTERFACE)
target_link_libraries(portolan_llvm_static INTERFACE ${portolan_llvm_components})
