#include "tests/conformance/called.h"

#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstdlib>

namespace conformance {

namespace {

// Where the program lies in memory. The program is the first of the loaded objects.
struct Program {
  uintptr_t base = 0;
  uintptr_t begin = UINTPTR_MAX;
  uintptr_t end = 0;
  const ElfW(Dyn) * dynamic = nullptr;
};

int FirstObject(dl_phdr_info* info, size_t, void* out) {
  auto* const program = static_cast<Program*>(out);
  program->base = info->dlpi_addr;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    const uintptr_t at = info->dlpi_addr + header.p_vaddr;
    if (header.p_type == PT_LOAD) {
      program->begin = std::min(program->begin, at);
      program->end = std::max(program->end, at + header.p_memsz);
    } else if (header.p_type == PT_DYNAMIC) {
      program->dynamic = reinterpret_cast<const ElfW(Dyn)*>(at);
    }
  }
  return 1;
}

}  // namespace

std::vector<std::string> CalledFunctions(const std::string& beginning) {
  std::vector<std::string> names;
  Program program;
  dl_iterate_phdr(FirstObject, &program);
  if (program.dynamic == nullptr || getenv("LD_BIND_NOW") != nullptr) return names;
  const ElfW(Rela)* slots = nullptr;
  const ElfW(Sym)* symbols = nullptr;
  const char* strings = nullptr;
  size_t count = 0;
  for (const ElfW(Dyn)* d = program.dynamic; d->d_tag != DT_NULL; ++d) {
    switch (d->d_tag) {
      case DT_JMPREL:
        slots = reinterpret_cast<const ElfW(Rela)*>(d->d_un.d_ptr);
        break;
      case DT_PLTRELSZ:
        count = d->d_un.d_val / sizeof(ElfW(Rela));
        break;
      case DT_SYMTAB:
        symbols = reinterpret_cast<const ElfW(Sym)*>(d->d_un.d_ptr);
        break;
      case DT_STRTAB:
        strings = reinterpret_cast<const char*>(d->d_un.d_ptr);
        break;
      case DT_FLAGS:
        if ((d->d_un.d_val & DF_BIND_NOW) != 0) return names;
        break;
      case DT_FLAGS_1:
        if ((d->d_un.d_val & DF_1_NOW) != 0) return names;
        break;
      default:
        break;
    }
  }
  if (slots == nullptr || symbols == nullptr || strings == nullptr) return names;
  for (size_t i = 0; i < count; ++i) {
    const uintptr_t target = *reinterpret_cast<const uintptr_t*>(program.base + slots[i].r_offset);
    if (target >= program.begin && target < program.end) continue;
    const char* const name = strings + symbols[ELF64_R_SYM(slots[i].r_info)].st_name;
    if (std::string(name).compare(0, beginning.size(), beginning) == 0) names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace conformance
