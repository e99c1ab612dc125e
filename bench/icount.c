// A QEMU 7.2 user-mode plugin that counts the guest instructions of a run and writes the number to the file `out=PATH`.
// Debian ships no plugin header, so the few entry points used are declared here (QEMU's docs/devel/tcg-plugins).
// Counting happens once per translation block: the block's length is added when it is entered.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct qemu_plugin_tb;
struct qemu_info;
enum { kInlineAdd = 0 };

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, void (*callback)(uint64_t, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *block, int op, void *counter, uint64_t by);
void qemu_plugin_register_atexit_cb(uint64_t id, void (*callback)(uint64_t, void *), void *data);

int qemu_plugin_version = 1;

static uint64_t executed;
static char out_path[4096];

static void on_translate(uint64_t id, struct qemu_plugin_tb *block) {
  (void)id;
  qemu_plugin_register_vcpu_tb_exec_inline(block, kInlineAdd, &executed, qemu_plugin_tb_n_insns(block));
}

static void on_exit_of_guest(uint64_t id, void *data) {
  (void)id;
  (void)data;
  FILE *out = fopen(out_path, "w");
  if (!out) return;
  fprintf(out, "%llu\n", (unsigned long long)executed);
  fclose(out);
}

int qemu_plugin_install(uint64_t id, const struct qemu_info *info, int argc, char **argv) {
  (void)info;
  for (int i = 0; i < argc; i++)
    if (!strncmp(argv[i], "out=", 4)) snprintf(out_path, sizeof out_path, "%s", argv[i] + 4);
  if (!out_path[0]) return 1;
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
  qemu_plugin_register_atexit_cb(id, on_exit_of_guest, NULL);
  return 0;
}
