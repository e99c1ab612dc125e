// Compilers merge calls of printf with different formats into one, and keep formats on the stack. A variadic call's
// arguments are known by its format only, so such a call is taken apart again: one call for each format.
#include "translate/raise/format_calls.h"

#include <algorithm>
#include <set>

#include "ir/builder.h"
#include "translate/abi/classify.h"
#include "translate/abi/format.h"
#include "translate/raise/spilled.h"
#include "translate/raise/unit_raiser.h"

namespace portolan::raise {

using ir::BlockId;
using ir::Instruction;
using ir::Op;
using ir::ValueId;

namespace {

constexpr size_t kMostFormats = 16;

// The bytes of a string constant in read-only data, up to its NUL.
std::optional<std::string> constant_string(const assembly::Unit& unit, const ir::SymbolRef& ref) {
  auto at = unit.symbol_by_name.find(ref.name);
  if (at == unit.symbol_by_name.end()) return std::nullopt;
  const assembly::Symbol& symbol = unit.symbols[at->second];
  if (symbol.section >= unit.sections.size()) return std::nullopt;
  const assembly::Section& section = unit.sections[symbol.section];
  if (section.writable || section.executable) return std::nullopt;
  std::string text;
  for (uint64_t offset = symbol.offset + ref.addend; offset < section.contents.size(); ++offset) {
    if (section.contents[offset] == 0) return text;
    text += static_cast<char>(section.contents[offset]);
  }
  return std::nullopt;
}

class Collector {
 public:
  Collector(const assembly::Unit& unit, const ir::Function& f) : unit_(unit), f_(f) {}
  FormatStrings found;

  bool collect(ValueId v) {
    if (!seen_.insert(v).second) return true;
    const Instruction& i = f_[v];
    switch (i.op) {
      case Op::symbol_address:
        return add(f_.symbols[i.index]);
      case Op::select:
        return collect(i.operands[1]) && collect(i.operands[2]);
      case Op::parameter:
        return collect_edges(i.block, v);
      case Op::load: {
        std::vector<ValueId> values = stored_values(f_, v);
        found.from_stack = true;
        return !values.empty() && std::all_of(values.begin(), values.end(), [&](ValueId s) { return collect(s); });
      }
      default:
        return false;
    }
  }

 private:
  bool add(const ir::SymbolRef& symbol) {
    if (std::find(found.symbols.begin(), found.symbols.end(), symbol) != found.symbols.end()) return true;
    bool plain = symbol.part == ir::AddressPart::whole && symbol.kind == ir::AddressKind::address;
    auto text = plain ? constant_string(unit_, symbol) : std::nullopt;
    if (!text) return false;
    found.symbols.push_back(symbol);
    found.texts.push_back(std::move(*text));
    return true;
  }

  bool collect_edges(BlockId block, ValueId v) {
    const std::vector<ValueId>& parameters = f_.blocks[block].parameters;
    size_t n = std::find(parameters.begin(), parameters.end(), v) - parameters.begin();
    bool any = false;
    for (const ir::Block& from : f_.blocks)
      for (const ir::Edge& edge : from.terminator.edges) {
        if (edge.target != block || n >= edge.arguments.size()) continue;
        if (!collect(edge.arguments[n])) return false;
        any = true;
      }
    return any;
  }

  const assembly::Unit& unit_;
  const ir::Function& f_;
  std::set<ValueId> seen_;
};

class Splitter {
 public:
  Splitter(ir::Function& f, ValueId call, unsigned operand) : f_(f), call_(call), operand_(operand) {}

  // Only one string, which was on the stack: it must still be it.
  void check(BlockId block, size_t position, const ir::SymbolRef& symbol) {
    std::vector<ValueId> rest = cut(block, position);
    ir::Builder b(f_, block);
    b.set_line(f_[call_].line);
    ValueId address = b.symbol_address(symbol);
    b.trap_if(b.ne(f_[call_].operands[operand_], address), ir::TrapKind::abort);
    f_[call_].operands[operand_] = address;
    append(block, rest);
  }

  void split(BlockId block, size_t position, const FormatStrings& strings) {
    std::vector<ValueId> rest = cut(block, position);
    rest.erase(rest.begin());
    BlockId after = f_.add_block();
    uint32_t width = f_.width(call_);
    ValueId result = width == 0 ? ir::kNoValue : f_.add_parameter(after, width);
    if (width != 0) replace_uses(result);
    f_.blocks[after].terminator = std::move(f_.blocks[block].terminator);
    append(after, rest);
    for (size_t n = 0; n < strings.symbols.size(); ++n) {
      bool last = n + 1 == strings.symbols.size();
      ir::Builder b(f_, block);
      b.set_line(f_[call_].line);
      ValueId address = b.symbol_address(strings.symbols[n]), format = f_[call_].operands[operand_];
      BlockId with = block, otherwise = ir::kNoBlock;
      if (!last) {
        with = f_.add_block();
        otherwise = f_.add_block();
        end(block, Op::branch, {b.eq(format, address)}, {{with, {}}, {otherwise, {}}});
      } else if (strings.from_stack) {
        b.trap_if(b.ne(format, address), ir::TrapKind::abort);
      }
      call_with(with, strings.symbols[n], after, width);
      block = otherwise;
    }
  }

 private:
  void call_with(BlockId block, const ir::SymbolRef& symbol, BlockId after, uint32_t width) {
    ir::Builder b(f_, block);
    b.set_line(f_[call_].line);
    Instruction copy = f_[call_];
    copy.operands[operand_] = b.symbol_address(symbol);
    f_.calls.push_back(f_.calls[copy.index]);
    copy.index = static_cast<uint32_t>(f_.calls.size() - 1);
    ValueId made = b.emit(std::move(copy));
    end(block, Op::jump, {}, {{after, width == 0 ? std::vector<ValueId>{} : std::vector<ValueId>{made}}});
  }

  void end(BlockId block, Op op, std::initializer_list<ValueId> operands, std::vector<ir::Edge> edges) {
    ir::Terminator t;
    t.op = op;
    t.line = f_[call_].line;
    t.operands.assign(operands.begin(), operands.end());
    t.edges = std::move(edges);
    f_.blocks[block].terminator = std::move(t);
  }

  // The block's instructions from `position` on, taken out of it.
  std::vector<ValueId> cut(BlockId block, size_t position) {
    std::vector<ValueId>& all = f_.blocks[block].instructions;
    std::vector<ValueId> rest(all.begin() + static_cast<ptrdiff_t>(position), all.end());
    all.resize(position);
    return rest;
  }

  void append(BlockId block, const std::vector<ValueId>& values) {
    std::vector<ValueId>& to = f_.blocks[block].instructions;
    for (ValueId v : values) f_[v].block = block;
    to.insert(to.end(), values.begin(), values.end());
  }

  void replace_uses(ValueId by) {
    auto replace = [&](ValueId& v) {
      if (v == call_) v = by;
    };
    for (Instruction& i : f_.values)
      for (ValueId& v : i.operands) replace(v);
    for (ir::Block& block : f_.blocks) {
      for (ValueId& v : block.terminator.operands) replace(v);
      for (ir::Edge& edge : block.terminator.edges)
        for (ValueId& v : edge.arguments) replace(v);
    }
  }

  ir::Function& f_;
  ValueId call_;
  unsigned operand_;
};

bool same_arguments(const FormatStrings& strings, abi::FormatRole::Kind kind) {
  std::optional<std::vector<abi::Type>> types;
  for (const std::string& text : strings.texts) {
    auto these = abi::format_arguments(kind, text);
    if (!these || (types && !(*types == these->types))) return false;
    types = these->types;
  }
  return true;
}

}  // namespace

FormatStrings format_strings(const assembly::Unit& unit, const ir::Function& function, ValueId v) {
  Collector collector(unit, function);
  if (!collector.collect(v)) return {};
  return std::move(collector.found);
}

// The operand of a call that is the format, if it is a variadic call with one.
std::optional<unsigned> UnitRaiser::format_operand(const ir::CallTarget& target) const {
  if (target.indirect || target.signature != UINT32_MAX || function_named(target.symbol.name)) return std::nullopt;
  const abi::FunctionType* type = options_.prototype(target.symbol.name).type;
  if (!type || !type->variadic || !type->format || type->format->first_vararg == 0) return std::nullopt;
  auto layout = abi::classify(*type, unit().isa);
  if (!layout) return std::nullopt;
  const abi::Piece& piece = layout->arguments[type->format->format].pieces[0];
  if (piece.where != abi::Piece::Where::integer_register) return std::nullopt;
  return convention_.integer_argument(piece.index);
}

void UnitRaiser::split_by_format(size_t n) {
  ir::Function& f = states_[n].f;
  // Splitting appends blocks: what follows the call is looked at there.
  for (BlockId block = 0; block < f.blocks.size(); ++block)
    for (size_t position = 0; position < f.blocks[block].instructions.size(); ++position) {
      ValueId v = f.blocks[block].instructions[position];
      if (f[v].op != Op::call) continue;
      const ir::CallTarget& target = f.calls[f[v].index];
      std::optional<unsigned> operand = format_operand(target);
      if (!operand || f[f[v].operands[*operand]].op == Op::symbol_address) continue;
      FormatStrings strings = format_strings(unit(), f, f[v].operands[*operand]);
      if (strings.symbols.empty() || strings.symbols.size() > kMostFormats) continue;
      bool same = same_arguments(strings, options_.prototype(target.symbol.name).type->format->kind);
      if (same && !strings.from_stack) continue;
      if (strings.from_stack)
        assume(n, "format strings that were kept on the stack are still there: checked at run time");
      Splitter splitter(f, v, *operand);
      if (strings.symbols.size() == 1) {
        splitter.check(block, position, strings.symbols[0]);
        continue;
      }
      splitter.split(block, position, strings);
      break;
    }
}

}  // namespace portolan::raise
