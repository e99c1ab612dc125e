// What an element of a kernel's result is, as an expression over elements of its inputs, in real algebra: sums and
// products have no order, a quotient is a product with an inverse. Places are sums of index variables.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace portolan::lifting {

// constant + coefficients of variables, but no more than `most`. Variables below kReductions are the result's indices.
struct Affine {
  int64_t constant = 0;
  std::map<int, int64_t> terms;
  int64_t most = INT64_MAX;
  bool operator==(const Affine&) const = default;
  auto operator<=>(const Affine&) const = default;
};
inline constexpr int kReductions = 100;

struct Expression;
using ExpressionPtr = std::shared_ptr<const Expression>;

struct Expression {
  // place: a whole number that follows from the indices. field: some bits of a whole number, from a place on. compare,
  // logic: conditions; choice: by a condition, one part or the other.
  enum class Kind : uint8_t {
    number,
    element,
    sum,
    product,
    inverse,
    maximum,
    minimum,
    function,
    reduction,
    place,
    field,
    compare,
    logic,
    choice
  };
  Kind kind = Kind::number;
  double number = 0;
  uint32_t tensor = 0;        // element: which argument
  std::vector<Affine> index;  // element
  std::string name;           // function; reduction: sum, max, min; compare: <, <=, ==; logic: and, or, not, true
  bool real = true;           // compare: of real numbers; field: is the highest bit no sign?
  int variable = 0;           // reduction: over this one, from 0; field: how many bits
  Affine extent;              // reduction: below this; place: this; field: the first bit
  std::vector<ExpressionPtr> parts;
  // Of a whole number, as far as is known: of elements by their tensor's type, of the rest by what it is made of.
  double lowest = -std::numeric_limits<double>::infinity(), highest = std::numeric_limits<double>::infinity();
  bool rounds = false;  // somewhere in it a real number is made a whole one
  int height = 0;       // reductions within one another
  double length = 1;    // of the text that it would be, in parts
};

ExpressionPtr number(double value);
ExpressionPtr element(uint32_t tensor, std::vector<Affine> index);
// Of whole numbers with so many bits.
ExpressionPtr whole_element(uint32_t tensor, std::vector<Affine> index, unsigned bits, bool is_signed);
ExpressionPtr sum(std::vector<ExpressionPtr> parts);
ExpressionPtr product(std::vector<ExpressionPtr> parts);
ExpressionPtr inverse(ExpressionPtr x);
ExpressionPtr extreme(bool most, std::vector<ExpressionPtr> parts);
ExpressionPtr function(std::string name, ExpressionPtr x);
ExpressionPtr quotient(ExpressionPtr x, double divisor);  // of whole numbers, toward zero
// A real number made a whole one by a function of specifications, computed in a format: "round_even", "f32". What is
// one already stays.
ExpressionPtr made_whole(const std::string& how, const std::string& format, ExpressionPtr x);
bool is_whole(const Expression& e);
// Within the limits of a format of whole numbers.
ExpressionPtr saturated(ExpressionPtr x, unsigned bits, bool is_signed);
// The same modulo a power of two, with nothing in it that only counts above.
ExpressionPtr low_bits(const ExpressionPtr& x, unsigned bits);
// What a register of so many bits holds of a whole number: the same if it surely fits.
ExpressionPtr settled(ExpressionPtr x, unsigned bits, bool is_signed = true);
ExpressionPtr place(int64_t value);
ExpressionPtr field(ExpressionPtr word, int64_t low, int width, bool is_signed);
ExpressionPtr compare(std::string name, bool real, ExpressionPtr a, ExpressionPtr b);
ExpressionPtr truth(bool value);
ExpressionPtr negation(ExpressionPtr condition);
ExpressionPtr both(bool all, std::vector<ExpressionPtr> conditions);  // and, or
ExpressionPtr choice(ExpressionPtr condition, ExpressionPtr yes, ExpressionPtr no);
ExpressionPtr with_parts(const Expression& e, std::vector<ExpressionPtr> parts);
ExpressionPtr with_index(const Expression& element, std::vector<Affine> index);

// The form without places and bounds, and those in the order in which they stand. `numbers`: of the form if null.
std::string form_of(const Expression& e, std::vector<Affine>& places, std::vector<double>* numbers);
// The same form with other places.
ExpressionPtr with_places(const ExpressionPtr& e, const std::vector<Affine>& places, size_t& at);

// Sums, maxima and minima whose parts differ in their places by equal steps become reductions.
ExpressionPtr folded(const ExpressionPtr& e);

}  // namespace portolan::lifting
