#include "translate/sketch/filling/layout.h"
#include "translate/sketch/filling/sequences.h"
#include "translate/sketch/filling/surroundings.h"

namespace portolan::sketch::filling {
namespace {

// Whatever the convention can give and take: what really crosses the border is found out later, with fillings.
verify::Boundary widest_border(const assembly::Machine& machine, const std::string& function) {
  using Kind = verify::Place::Kind;
  verify::Boundary boundary;
  boundary.name = boundary.target_name = function;
  const auto add = [](std::vector<verify::BoundaryValue>& values, Kind kind, size_t count) {
    for (size_t n = 0; n < count; ++n) {
      verify::BoundaryValue& value = values.emplace_back();
      value.target.kind = kind;
      value.target.index = static_cast<uint8_t>(n);
    }
  };
  add(boundary.parameters, Kind::integer_argument, machine.integer_arguments.size());
  add(boundary.parameters, Kind::float_argument, machine.float_arguments.size());
  add(boundary.results, Kind::integer_result, machine.integer_results.size());
  add(boundary.results, Kind::float_result, machine.float_results.size());
  return boundary;
}

}  // namespace

std::vector<Nearby> look_around(const Sketch& sketch, const std::set<std::string>& functions,
                                std::vector<Domain> simple) {
  Mask shortened = 0;
  Expected<Layout> layout = lay_out(sketch, simple, shortened);
  if (!layout) return {};
  const Expected<emulate::Image> image = emulate::link_image(sketch.isa, {&layout->object, 1});
  if (!image) return {};
  locate(*layout, *image);
  const assembly::Machine& machine = assembly::Machine::get(sketch.isa);
  std::vector<verify::Boundary> boundaries;
  for (const std::string& function : functions) boundaries.push_back(widest_border(machine, function));
  const std::vector<Surroundings> all = survey(*layout, *image, boundaries);
  emulate::IrCode code(*image);
  std::vector<Nearby> found;
  for (size_t n = 0; n < all.size(); ++n) {
    const Site& site = layout->sites[n];
    if (!site.sequence || site.holes.size() != 1 || !all[n].known) continue;
    Nearby nearby;
    nearby.hole = site.holes.front();
    nearby.stack_lacks = all[n].stack_lacks;
    const std::vector<std::string>& lines = simple[nearby.hole].values;
    for (size_t v = 0; v < lines.size() && v < site.variants.size(); ++v) {
      const emulate::IrStep* step = site.variants[v] == 0 ? nullptr : code.at(site.variants[v]);
      if (step == nullptr || step->written.empty()) continue;
      // The line names the register that it copies to itself last.
      const std::string word = lines[v].substr(lines[v].find_last_of(" ,") + 1);
      const assembly::Slot slot = step->written.front();
      if (all[n].wanted[slot]) nearby.wanted.insert(word);
      if (all[n].live[slot]) nearby.read.insert(word);
      if (all[n].unread[slot]) nearby.unread.insert(word);
      if (all[n].set[slot]) nearby.set.insert(word);
    }
    found.push_back(std::move(nearby));
  }
  return found;
}

}  // namespace portolan::sketch::filling
