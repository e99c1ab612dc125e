// The smallest engine that fits the interface: it has learnt one sentence, letter by letter.
#include "translate/model/engine.h"

#include <gtest/gtest.h>

namespace portolan::model {
namespace {

class Parrot : public Engine {
 public:
  explicit Parrot(std::string sentence) : sentence_(std::move(sentence)) {}
  size_t vocabulary_size() const override { return 129; }
  std::string_view text(TokenId token) const override {
    return token == end() ? "" : std::string_view(&letters_[token], 1);
  }
  TokenId end() const override { return 128; }
  std::vector<TokenId> tokens_of(std::string_view text) const override { return {text.begin(), text.end()}; }
  void rewind(size_t length) override { said_.resize(std::min(said_.size(), length)); }
  Expected<std::span<const float>> append(std::span<const TokenId> tokens) override {
    said_.insert(said_.end(), tokens.begin(), tokens.end());
    if (said_.size() > 64) return error_at({}, "the context is full");
    logits_.assign(129, 0);
    logits_[said_.size() < sentence_.size() ? static_cast<TokenId>(sentence_[said_.size()]) : end()] = 10;
    return std::span<const float>(logits_);
  }

 private:
  const std::string sentence_;
  const std::string letters_ = [] {
    std::string all;
    for (char c = 0; c != 127; ++c) all += c;
    return all + '\x7f';
  }();
  std::vector<TokenId> said_;
  std::vector<float> logits_;
};

std::string words(const Engine& engine, const Generated& generated) {
  std::string all;
  for (const TokenId token : generated.tokens) all += engine.text(token);
  return all;
}

TEST(Engine, SaysWhatItHasLearnt) {
  Parrot parrot("ret and nop");
  const auto generated = generate(parrot, "ret", {}, 0, 1, 50);
  ASSERT_TRUE(generated);
  EXPECT_TRUE(generated->ended);
  EXPECT_EQ(words(parrot, *generated), " and nop");
  EXPECT_GT(generated->probabilities.front(), 0.99);
}

TEST(Engine, KeepsToTheMask) {
  Parrot parrot("ret");
  // Only digits, three of them.
  const TokenMask digits = [](std::span<const TokenId> said) {
    std::vector<bool> allowed(129, false);
    for (char c = '0'; c <= '9' && said.size() < 3; ++c) allowed[static_cast<TokenId>(c)] = true;
    return allowed;
  };
  const auto generated = generate(parrot, "", digits, 1, 5, 50);
  ASSERT_TRUE(generated);
  EXPECT_TRUE(generated->ended);
  EXPECT_EQ(words(parrot, *generated).find_first_not_of("0123456789"), std::string::npos);
  EXPECT_EQ(generated->tokens.size(), 3u);
  EXPECT_NEAR(generated->probabilities.front(), 0.1, 1e-6);  // among what was allowed
  EXPECT_EQ(words(parrot, *generate(parrot, "", digits, 1, 5, 50)), words(parrot, *generated));
}

TEST(Engine, EndsWhereTheContextDoes) {
  Parrot parrot(std::string(200, 'a'));
  EXPECT_FALSE(generate(parrot, "a", {}, 0, 1, 500));
  EXPECT_FALSE(generate(parrot, "a", {}, 0, 1, 10)->ended);
}

}  // namespace
}  // namespace portolan::model
