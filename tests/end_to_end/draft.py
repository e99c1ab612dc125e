"""`portolan port DIR --init`: manifests drafted from the host code that launches the kernels. The second source of what is expected is the
host code itself, as a person reads it, and the verdicts of the drafts."""
import json
import shutil
import sys
import tomllib

import harness
from harness import Skip, check

import hip_port  # puts bench on the path
from common import toolchain

ROOT = harness.ROOT
CORPUS, PROGRAMS = ROOT / "corpus" / "kernels", ROOT / "corpus" / "kernel_programs"

# As people write it: wrappers, macros, a template, ceil of a quotient, memory by void**, a launch by its address.
STRANGER = """#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cuda_fp16.h>
#include <cuda_runtime.h>
#include <vector>
#define TILE 16
#define CHECK(x) do { cudaError_t e = (x); if (e != cudaSuccess) { fprintf(stderr, "%s\\n", cudaGetErrorString(e)); exit(1); } } while (0)
struct Params { int width; float scale; };
template <typename T> __global__ void matmul(const T* A, const T* B, T* C, int M, int N, int K) {
  __shared__ T a[TILE][TILE], b[TILE][TILE];
  int row = blockIdx.y * TILE + threadIdx.y, col = blockIdx.x * TILE + threadIdx.x;
  T sum = 0;
  for (int t = 0; t < (K + TILE - 1) / TILE; ++t) {
    a[threadIdx.y][threadIdx.x] = row < M && t * TILE + threadIdx.x < K ? A[row * K + t * TILE + threadIdx.x] : T(0);
    b[threadIdx.y][threadIdx.x] = col < N && t * TILE + threadIdx.y < K ? B[(t * TILE + threadIdx.y) * N + col] : T(0);
    __syncthreads();
    for (int k = 0; k < TILE; ++k) sum += a[threadIdx.y][k] * b[k][threadIdx.x];
    __syncthreads();
  }
  if (row < M && col < N) C[row * N + col] = sum;
}
__global__ void gather(const int* idx, const float* table, float* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = table[idx[i]];
}
extern "C" __global__ void halves(const __half* x, __half2* pairs, float by, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) pairs[i] = __halves2half2(x[i], __hmul(x[i], __float2half(by)));
}
__global__ void scaled(const float* in, float* out, Params p) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < p.width) out[i] = in[i] * p.scale;
}
__global__ void turned(const int* in, int* out) {
  extern __shared__ int s[];
  s[threadIdx.x] = in[blockIdx.x * blockDim.x + threadIdx.x];
  __syncthreads();
  out[blockIdx.x * blockDim.x + threadIdx.x] = s[blockDim.x - 1 - threadIdx.x];
}
__global__ void never(const unsigned* x, unsigned* y) { y[threadIdx.x] = x[threadIdx.x]; }
template <typename T> void multiply(int M, int N, int K) {
  T *a, *b, *c;
  CHECK(cudaMalloc(&a, sizeof(T) * M * K));
  CHECK(cudaMalloc(&b, sizeof(T) * K * N));
  CHECK(cudaMalloc((void**)&c, sizeof(T) * M * N));
  dim3 threads(TILE, TILE), grid((N + TILE - 1) / TILE, (M + TILE - 1) / TILE);
  matmul<T><<<grid, threads>>>(a, b, c, M, N, K);
  CHECK(cudaDeviceSynchronize());
}
int main(int argc, char** argv) {
  int m = 1000, n = 800, k = argc > 1 ? atoi(argv[1]) : 512;
  multiply<float>(m, n, k);
  float *t, *o; int* idx; const int count = 4096, rows = 100;
  cudaMalloc(&t, rows * sizeof *t);
  cudaMalloc(&o, count * sizeof(float));
  cudaMalloc(&idx, count * sizeof *idx);
  gather<<<(int)ceil(count / 256.0), 256>>>(idx, t, o, count);
  std::vector<float> host(3000, 1.5f);
  __half *x; __half2* y; size_t length = host.size();
  cudaMalloc(&x, length * sizeof(__half));
  cudaMalloc(&y, length * sizeof(__half2));
  halves<<<(length + 127) / 128, 128>>>(x, y, 0.1f, (int)length);
  Params p{100, 2.0f};
  scaled<<<1, 128>>>(t, o, p);
  const int block = 64, blocks = 40;
  int *from, *to;
  cudaMalloc(&from, blocks * block * sizeof(int));
  cudaMallocManaged(&to, blocks * block * sizeof(int));
  void* arguments[] = {&from, &to};
  cudaLaunchKernel((const void*)turned, dim3(blocks), dim3(block), arguments, block * sizeof(int), 0);
}
"""


class Draft:
    def __init__(self, options):
        self.portolan, self.work = options.portolan, options.work

    def folder(self, name):
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def drafted(self, folder, *more):
        if toolchain.missing_tools(["nvcc"]):
            raise Skip("there is no CUDA toolkit (nvcc), with whose headers host code is read")
        outcome = toolchain.run([self.portolan, "port", folder, "--init", *more], timeout=300)
        check(outcome.status == 0, f"{outcome.status} {outcome.stdout} {outcome.stderr}")
        text = (folder / "port.toml").read_text()
        return text, {k["name"]: k for k in tomllib.loads(text)["kernel"]}, outcome

    def verdicts(self, folder, *more):
        out = folder / "out"
        toolchain.run([self.portolan, "port", folder, "--to", "amdgcn:gfx942", "--out", out, "--proof-time", "0", "--kernel-time", "0", *more], timeout=600)
        report = json.loads((out / "report.json").read_text())
        return {k["name"]: k["verdict"] for f in report["files"] for k in f["kernels"]}

    def corpus(self):
        """Kernels in one folder, the programs that launch them in another."""
        folder = self.folder("corpus")
        files = ("linear", "half", "collective", "dynamic")
        for name in files:
            shutil.copy(CORPUS / f"{name}.cu", folder)
        text, kernels, _ = self.drafted(folder, *(w for name in files for w in ("--host", PROGRAMS / f"{name}.cu")))
        gemm = kernels["gemm"]
        check(gemm["grid"] == ["divide_up(n, 16)", "divide_up(m, 16)"] and gemm["block"] == [16, 16], str(gemm))
        check([a.get("in", a.get("out", a.get("value"))) for a in gemm["arguments"]] == ["m", "n", "k", "k * m", "k * n", "m * n"], str(gemm))
        # The host's class of buffers, a vector that a loop fills, halves of an extern "C" kernel.
        dot = kernels["half_dot"]
        check([a["type"] for a in dot["arguments"]] == ["i32", "f16", "f16", "f32"], str(dot))
        check(dot["arguments"][1]["in"] == "columns * rows" and dot["arguments"][3]["out"] == "rows", str(dot))
        check(kernels["half2_axpy"]["arguments"][2] == {"name": "x", "type": "f16", "in": "2 * pairs"}, str(kernels["half2_axpy"]))
        check(kernels["axpy"]["arguments"][1] == {"name": "a", "type": "f32", "value": 0.7}, str(kernels["axpy"]))
        check(kernels["reduce_dynamic"]["shared"] == "4 * block" and kernels["reduce_dynamic"]["sizes"]["block"][:5] == [32, 64, 128, 256, 512],
              str(kernels["reduce_dynamic"]))
        verdicts = self.verdicts(folder, "--compiler", "clang")
        bad = {name: v["word"] for name, v in verdicts.items() if v["level"] != "tested"}
        check(not bad, f"{bad} {text}")

    def stranger(self):
        folder = self.folder("stranger")
        (folder / "main.cu").write_text(STRANGER)
        text, kernels, outcome = self.drafted(folder)
        names = {name.split("matmul")[0] + "matmul" if "matmul" in name else name: name for name in kernels}
        product, gather = kernels[names["_Z6matmul"]], kernels["_Z6gatherPKiPKfPfi"]
        check(product["grid"] == ["divide_up(n, 16)", "divide_up(m, 16)"] and product["arguments"][2]["out"] == "m * n", str(product))
        check(set(product["sizes"]) == {"m", "n", "k"} and all(len(v) > 2 for v in product["sizes"].values()), str(product))
        check(gather["grid"] == ["divide_up(count, 256)"] and gather["sizes"]["rows"] == [100], str(gather))
        check(gather["arguments"][0]["high"] == "rows - 1" and "taken for an index" in text, str(gather))
        halves = kernels["halves"]
        check([(a["type"], a.get("in", a.get("out"))) for a in halves["arguments"][:2]] == [("f16", "host"), ("f16", "2 * host")], str(halves))
        # What the manifest has no word for is marked, and nothing is claimed until it is done.
        scaled = kernels["_Z6scaledPKfPf6Params"]
        check(scaled["unfinished"] == "what p is is unknown" and "TO FINISH: the type of p: 'Params' mixes i32 and f32" in text, text)
        turned = kernels["_Z6turnedPKiPi"]
        check(turned["grid"] == ["blocks"] and turned["block"] == ["block"] and turned["shared"] == "4 * block"
              and turned["arguments"][0]["in"] == "block * blocks", str(turned))
        check("no launch of it was seen" in text and "look for TO FINISH" in str(outcome.stdout), text)
        verdicts = self.verdicts(folder)
        for name in (names["_Z6matmul"], "_Z6gatherPKiPKfPfi", "halves", "_Z6turnedPKiPi"):
            check(verdicts[name]["level"] == "tested", f"{name}: {verdicts[name]} {text}")
        check(verdicts["_Z6scaledPKfPf6Params"]["word"] == "unknown(too-few-inputs)" and "unfinished" in verdicts["_Z6scaledPKfPf6Params"]["detail"],
              str(verdicts["_Z6scaledPKfPf6Params"]))


def main():
    options = harness.options()
    d = Draft(options)
    return harness.run_cases({name: getattr(d, name) for name in ("corpus", "stranger")}, only=options.only)


if __name__ == "__main__":
    sys.exit(main())
