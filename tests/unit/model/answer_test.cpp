// What is let in of a model's answer, what its server says, and where samples disagree.
#include <gtest/gtest.h>

#include "translate/model/admit.h"
#include "translate/model/reply.h"
#include "translate/model/transport.h"
#include "translate/propose/doubts.h"

namespace portolan::model {
namespace {

const Admission kAdmission{Isa::aarch64, "f", {{".LC0", ".Lc.LC0"}, {"memcpy", "memcpy"}}, ".Lg_"};

TEST(Admit, InstructionsLabelsAndTags) {
  const auto body = admit(
      "Sure:\n```\nf:\n\tadd w0, w0, #1 // @3-4\n\tcbz\tw0, .La  @5\n\tbl memcpy\n.La:\n\tadrp x0, "
      ".LC0\n\tret\n```\nDone.",
      kAdmission);
  ASSERT_TRUE(body) << body.error().message;
  EXPECT_EQ(body->text(), "\tadd w0, w0, #1\n\tcbz w0, .Lg_0\n\tbl memcpy\n.Lg_0:\n\tadrp x0, .Lc.LC0\n\tret\n");
  EXPECT_EQ(body->lines[0].from, 3u);
  EXPECT_EQ(body->lines[0].to, 4u);
  EXPECT_EQ(body->lines[1].from, 5u);
  EXPECT_EQ(body->lines[2].from, 0u);
  // Where the words stand in the answer, for the probabilities of its tokens.
  const std::string answer = "```\n  mov w0, #5\n\tret\n```";
  const auto placed = admit(answer, kAdmission);
  ASSERT_TRUE(placed);
  EXPECT_EQ(answer.substr(placed->lines[0].begin, placed->lines[0].end - placed->lines[0].begin), "mov w0, #5");
}

TEST(Admit, NothingElse) {
  for (const char* text :
       {"", "```\n```", "```", ".text\n", "\tret\n\t.globl f\n", "ret;ret", "\tb g\n", "\tnop\n\"", "\tmov x0, 'a'\n",
        "\tfoo\n", "\tb .Lnone\n", "memcpy:\n\tret\n", "\tret\x01\n", "\tret @3x\n", "\tadd x0, ?what\n",
        "\tmov x0, ?imm?imm\n", "\tmov x0, 1b\n", ".La:\n", "\tmrs x0, nzcv\n"}) {
    const auto body = admit(text, kAdmission);
    ASSERT_FALSE(body) << text << " became " << body->text();
    EXPECT_FALSE(body.error().message.empty());
  }
  EXPECT_FALSE(admit(std::string(1 << 20, '\n'), kAdmission));
  EXPECT_FALSE(admit("\tmov x0, #" + std::string(300, '1'), kAdmission));
}

TEST(Reply, BothInterfacesWithProbabilities) {
  const auto chat =
      read_samples(parse_json(R"({"choices": [{"message": {"content": "mov w0"}, "finish_reason": "length",
    "logprobs": {"content": [{"token": "mov", "logprob": 0}, {"token": " w0", "logprob": -0.6931471805599453}]}}]})"));
  ASSERT_TRUE(chat);
  EXPECT_TRUE(chat->front().cut);
  ASSERT_EQ(chat->front().chances.size(), 2u);
  EXPECT_EQ(chat->front().chances[1].begin, 3u);
  EXPECT_NEAR(chat->front().chances[1].probability, 0.5, 1e-9);
  const auto plain = read_samples(parse_json(
      R"({"choices": [{"text": "ret", "logprobs": {"tokens": ["r", "et"], "token_logprobs": [-1, null]}}]})"));
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->front().text, "ret");
  EXPECT_EQ(plain->front().chances.size(), 2u);
}

TEST(Reply, AbsurdOnes) {
  for (const char* text : {"null", "[]", "{}", R"({"choices": 5})", R"({"choices": []})", R"({"choices": [5]})",
                           R"({"choices": [{"message": 5}]})", R"({"choices": [{"text": null}]})",
                           "{\"choices\": [{\"text\": \"\xff\"}]}", "{", ""})
    EXPECT_FALSE(read_samples(parse_json(text))) << text;
  EXPECT_TRUE(parse_json(std::string(100000, '[')).is_discarded());
  EXPECT_FALSE(parse_json(std::string(64, '[') + std::string(64, ']')).is_discarded());
}

TEST(Transport, WhoIsThisMachine) {
  for (const char* url :
       {"http://localhost:8080/v1", "http://127.0.0.1/", "https://[::1]:5/", "http://me:x@127.1.2.3/"})
    EXPECT_TRUE(is_loopback(url)) << url;
  for (const char* url : {"http://127.example.org/", "http://localhost.example.org", "http://127.0.0.1@example.org/",
                          "http://10.0.0.1", ""})
    EXPECT_FALSE(is_loopback(url)) << url;
  EXPECT_FALSE(is_web_address("file:///etc/passwd"));
  EXPECT_FALSE(is_web_address("http://"));
}

propose::Candidate candidate(const char* text) {
  auto body = admit(text, kAdmission);
  EXPECT_TRUE(body) << text;
  return {std::move(*body), {}};
}

TEST(Doubts, WhereSamplesDisagree) {
  const auto drafts = propose::drafts_of(
      {candidate("\tmov w1, #5\n\tadd w0, w0, w1\n\tret\n"), candidate("\tmov w1, #6\n\tadd w0, w0, w1\n\tret\n"),
       candidate("\tmov w1, #6\n\tnop\n\tsub w0, w0, w1\n\tret\n"),
       candidate("\tmov w1, #5\n\tadd w0, w0, w1\n\tret\n")},
      Isa::aarch64);
  ASSERT_EQ(drafts.size(), 3u);
  EXPECT_EQ(drafts[0].lines[0].text, "mov w1, #5");  // twice the same
  ASSERT_EQ(drafts[0].doubts.size(), 2u);
  EXPECT_EQ(drafts[0].doubts[0].alternatives, (std::vector<std::string>{"5", "6"}));
  EXPECT_NEAR(drafts[0].doubts[0].weight, 0.5, 1e-9);
  EXPECT_EQ(drafts[0].doubts[1].alternatives, (std::vector<std::string>{"add", "sub"}));
}

TEST(Doubts, WhereTheModelIsNotSure) {
  propose::Candidate one = candidate("\tmov w1, #5\n\tret\n");
  const size_t at = std::string("\tmov w1, #5\n\tret\n").find('5');
  one.chances = {{0, at, 0.99}, {at, at + 1, 0.4}};
  const auto drafts = propose::drafts_of({one}, Isa::aarch64);
  ASSERT_EQ(drafts[0].doubts.size(), 1u);
  EXPECT_EQ(drafts[0].lines[0].text.substr(drafts[0].doubts[0].begin, 1), "5");
  EXPECT_NEAR(drafts[0].doubts[0].weight, 0.6, 1e-9);
}

}  // namespace
}  // namespace portolan::model
