"""CUDA kernels of one inline mma.sync or ldmatrix each, with their manifests: what a warp does with registers from memory.
"""

# Products of matrices: mnemonic, registers of A, B and the accumulator, type of the elements and of the accumulator.
PRODUCTS = [("m16n8k8.row.col.f32.f16.f16.f32", 2, 1, 4, "f16", "f32"), ("m16n8k8.row.col.f16.f16.f16.f16", 2, 1, 2, "f16", "f16"),
            ("m16n8k16.row.col.satfinite.s32.s8.u8.s32", 2, 1, 4, "u32", "i32")]  # fmt: skip
# All that portolan_hip_ptx_matrix.h has.
ALL_PRODUCTS = [*((f"m16n8k{k}.row.col.{kept}.{of}.{of}.{kept}", a, b, 2 if kept == "f16" else 4, of, kept)
                  for k, a, b in ((8, 2, 1), (16, 4, 2)) for of, kept in (("f16", "f32"), ("bf16", "f32"), ("f16", "f16"))),
                *((f"m16n8k{k}.row.col.f32.tf32.tf32.f32", a, b, 4, "f32", "f32") for k, a, b in ((4, 2, 1), (8, 4, 2))),
                *((f"m16n8k{k}.row.col{limit}.s32.{left}.{right}.s32", a, b, 4, "u32", "i32") for k, a, b in ((16, 2, 1), (32, 4, 2))
                  for left in ("s8", "u8") for right in ("s8", "u8") for limit in ("", ".satfinite"))]  # fmt: skip
TILES = ("x1.shared", "x2.trans.shared::cta", "x4.trans.shared")


def product(number, mnemonic, a, b, c, type_, kept):
    """One product of a warp, its registers from memory; source and manifest."""
    in_words = {"f16": 2, "bf16": 2}
    letter = "f" if kept == "f32" else "r"
    places = iter(range(100))
    lists = ", ".join("{" + ", ".join(f"%{next(places)}" for _ in range(count)) + "}" for count in (c, a, b, c))
    word = "float" if letter == "f" else "unsigned"
    inputs = ", ".join([f'"r"(a[{n} * 64 + i])' for n in range(a)] + [f'"r"(b[{n} * 64 + i])' for n in range(b)] + [f'"{letter}"(c[{n} * 64 + i])' for n in range(c)])
    source = (f'extern "C" __global__ void mma{number}(const unsigned* a, const unsigned* b, const {word}* c, {word}* d) {{\n  unsigned i = threadIdx.x;\n  {word} v[{c}];\n'
              f'  asm volatile("mma.sync.aligned.{mnemonic} {lists};" : {", ".join(f""" "={letter}"(v[{n}])""" for n in range(c))} : {inputs});\n'
              f"  for (int n = 0; n < {c}; ++n) d[n * 64 + i] = v[n];\n}}\n")

    def argument(name, count, of, direction="in"):
        return f'{{ name = "{name}", type = "{of}", {direction} = {64 * count * in_words.get(of, 1)} }}, '

    return source, (f'[[kernel]]\nname = "mma{number}"\nblock = [64]\narguments = [{argument("a", a, type_)}{argument("b", b, type_)}{argument("c", c, kept)}'
                    f'{argument("d", c, kept, "out")}]\n\n')


def tiles(number, mnemonic):
    """A tile of shared memory into registers; rows begin anywhere."""
    count = int(mnemonic[1])
    source = (f'extern "C" __global__ void tiles{number}(const unsigned* in, unsigned* out) {{\n  __shared__ __align__(16) unsigned s[512];\n  unsigned i = threadIdx.x, v[{count}];\n'
              "  for (int n = 0; n < 8; ++n) s[n * 64 + i] = in[n * 64 + i];\n  __syncthreads();\n"
              "  unsigned at = (unsigned)__cvta_generic_to_shared(s + in[i] % 60 * 4);\n"
              f'  asm volatile("ldmatrix.sync.aligned.{"m8n8." + mnemonic if number else mnemonic.replace(".", ".m8n8.", 1)}.b16 {{{", ".join(f"%{n}" for n in range(count))}}}, [%{count} + 32];" '
              f': {", ".join(f""" "=r"(v[{n}])""" for n in range(count))} : "r"(at));\n'
              f"  for (int n = 0; n < {count}; ++n) out[n * 64 + i] = v[n];\n}}\n")
    return source, f'[[kernel]]\nname = "tiles{number}"\nblock = [64]\narguments = [{{ name = "in", type = "u32", in = 512 }}, {{ name = "out", type = "u32", out = {64 * count} }}]\n\n'


def kernels(products=PRODUCTS):
    """(source, manifest) of each."""
    return [product(n, *p) for n, p in enumerate(products)] + [tiles(n, t) for n, t in enumerate(TILES)]
