#include "emulate/simt/same_names.h"

#include <gtest/gtest.h>

namespace portolan::simt {
namespace {

Module source(const std::vector<std::string>& names) {
  std::string text = ".version 9.0\n.target sm_80\n.address_size 64\n";
  for (const std::string& name : names) text += ".visible .entry " + name + "()\n{\n ret;\n}\n";
  auto module = load_module("k.ptx", text);
  EXPECT_TRUE(module) << module.error().message;
  return *std::move(module);
}

Module target(const std::vector<std::string>& names) {
  Module module;
  module.object = std::make_unique<amdgcn::CodeObject>();
  for (const std::string& name : names) {
    module.object->kernels.emplace_back().name = name;
    module.program.functions[name];
  }
  return module;
}

std::vector<std::string> taken(const std::vector<std::string>& from, const std::vector<std::string>& given) {
  Module to = target(given);
  take_names(to, source(from));
  std::vector<std::string> names = to.kernels();
  // Code goes with its name.
  for (const std::string& name : names) EXPECT_TRUE(to.program.functions.contains(name)) << name;
  return names;
}

using Names = std::vector<std::string>;

// The names are those of nvcc and of clang (HIP 5.2.3) for the same source.
TEST(SameNames, ShortFloatsAndVectors) {
  // void half(__half*, __nv_bfloat16), void trace(Sphere const*, int, uchar4*, float*, int, int),
  // void wide(double4 const*, longlong4*, short3*, int)
  const Names cuda = {"_Z4halfP6__half13__nv_bfloat16", "_Z5tracePK6SphereiP6uchar4Pfii",
                      "_Z4widePK7double4P9longlong4P6short3i"};
  const Names hip = {"_Z4halfP6__half14__hip_bfloat16", "_Z5tracePK6SphereiP15HIP_vector_typeIhLj4EEPfii",
                     "_Z4widePK15HIP_vector_typeIdLj4EEPS_IxLj4EEPS_IsLj3EEi"};
  EXPECT_EQ(taken(cuda, hip), cuda);
}

// f<unsigned int> is no f<int>, and three elements are not four.
TEST(SameNames, OtherTypesAreOtherKernels) {
  const Names hip = {"_Z1fP15HIP_vector_typeIiLj4EE"};
  EXPECT_EQ(taken({"_Z1fP5uint4"}, hip), hip);
  EXPECT_EQ(taken({"_Z1fP4int3"}, hip), hip);
  EXPECT_EQ(taken({"_Z1fP4int4"}, hip), Names{"_Z1fP4int4"});
}

// Two kernels of one signature: which is which cannot be said, so none is judged
// as the other.
TEST(SameNames, TwoOfOneSignatureStayAsTheyAre) {
  // void f(__half), void f(__nv_bfloat16)
  const Names hip = {"_Z1fDF16_", "_Z1f14__hip_bfloat16"};
  EXPECT_EQ(taken({"_Z1f6float4S_", "_Z1f6float46float4"}, {"_Z1f15HIP_vector_typeIfLj4EES0_"}),
            Names{"_Z1f15HIP_vector_typeIfLj4EES0_"});
  EXPECT_EQ(taken({"_Z1f6__half", "_Z1f13__nv_bfloat16"}, hip), (Names{"_Z1f6__half", "_Z1f13__nv_bfloat16"}));
  // Two candidates for one kernel.
  const Names both = {"_Z1f6float4S_", "_Z1f15HIP_vector_typeIfLj4EES0_"};
  EXPECT_EQ(taken({"_Z1f6float46float4"}, both), both);
  // A name that the source has too is taken already.
  EXPECT_EQ(taken({"_Z1fDF16_", "_Z1f6__half"}, {"_Z1fDF16_"}), Names{"_Z1fDF16_"});
}

// Names without types say nothing.
TEST(SameNames, PlainNames) {
  EXPECT_EQ(taken({"axpy"}, {"scale"}), Names{"scale"});
}

}  // namespace
}  // namespace portolan::simt
