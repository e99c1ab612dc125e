#include "translate/model/exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include "ir/whole_file.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SHA256.h"
#include "translate/model/reply.h"
#include "translate/model/transport.h"

namespace portolan::model {
namespace {

using Clock = std::chrono::steady_clock;
using nlohmann::json;
namespace fs = std::filesystem;

constexpr unsigned kAttempts = 5;
constexpr std::chrono::milliseconds kFirstWait{500};
constexpr size_t kBytesPerToken = 3;  // assembly has short ones
constexpr size_t kLongestMessage = 300;
constexpr uint32_t kLongestSample = 4096, kShortestSample = 16;  // tokens

// Strings that are no UTF-8 (a name in the source) are made such; dump() would throw.
std::string text_of(const json& value, int indent = -1) {
  return value.dump(indent, ' ', false, json::error_handler_t::replace);
}

std::string hash_of(std::string_view scope, const std::string& path, const std::string& body) {
  llvm::SHA256 hash;
  for (const std::string_view part : {scope, std::string_view(path), std::string_view(body)}) {
    hash.update(llvm::StringRef(part.data(), part.size()));
    hash.update(llvm::StringRef("\0", 1));
  }
  return llvm::toHex(hash.final(), true);
}

std::optional<json> read_json(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  json value = parse_json(std::string(std::istreambuf_iterator<char>(in), {}));
  if (!value.is_object()) return std::nullopt;
  return value;
}

// For the user alone: prompts hold their source.
bool write_json(const fs::path& path, const json& value) {
  return keep_file(path.string(), text_of(value, 1) + "\n", Readers::owner);
}

json stored(const std::string& path, const std::string& hash, const json& request, const Reply& reply) {
  return {{"path", path}, {"hash", hash}, {"request", request}, {"status", reply.status}, {"reply", reply.json}};
}

std::optional<Reply> reply_of(const json& entry) {
  const auto status = entry.find("status"), reply = entry.find("reply");
  if (status == entry.end() || reply == entry.end() || !status->is_number_integer()) return std::nullopt;
  return Reply{status->get<long>(), *reply};
}

bool is_worth_another_attempt(long status) {
  return status == 408 || status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

// What a server says of an error, wherever it says it.
std::string message_of(const json& reply) {
  if (!reply.is_object()) return {};
  auto error = reply.find("error");
  if (error == reply.end()) error = reply.find("detail");
  if (error == reply.end()) return {};
  if (error->is_string()) return error->get<std::string>();
  if (error->is_object())
    if (const auto message = error->find("message"); message != error->end() && message->is_string())
      return message->get<std::string>();
  return {};
}

uint64_t reported_tokens(const json& reply) {
  if (!reply.is_object()) return 0;
  const auto usage = reply.find("usage");
  if (usage == reply.end() || !usage->is_object()) return 0;
  const auto total = usage->find("total_tokens");
  return total != usage->end() && total->is_number_unsigned() ? total->get<uint64_t>() : 0;
}

// An estimate; a grammar is not read by the model.
uint64_t prompt_tokens(const json& request) {
  const auto messages = request.find("messages"), prompt = request.find("prompt");
  return (messages != request.end() ? text_of(*messages)
          : prompt != request.end() ? text_of(*prompt)
                                    : "")
             .size() /
         kBytesPerToken;
}

}  // namespace

std::string Exchange::without_key(std::string text) const {
  if (!configuration_.key.empty())
    for (size_t at = 0; (at = text.find(configuration_.key, at)) != std::string::npos;)
      text.replace(at, configuration_.key.size(), "***");
  return text;
}

std::string Exchange::printable(std::string text) const {
  text = without_key(std::move(text));
  std::replace_if(text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, ' ');
  if (text.size() > kLongestMessage) text = text.substr(0, kLongestMessage) + "...";
  return text;
}

uint32_t Exchange::tokens_for(const json& request, unsigned samples) const {
  const uint64_t prompt = prompt_tokens(request);
  if (!configuration_.replay.empty()) return kLongestSample;
  if (prompt >= tokens_left_) return 0;
  const uint64_t each = std::min<uint64_t>((tokens_left_ - prompt) / samples, kLongestSample);
  return each < kShortestSample ? 0 : static_cast<uint32_t>(each);
}

// The n-th question gets the n-th reply, so that recordings outlive small changes of the prompts.
Expected<Reply> Exchange::replayed(const std::string& path, const json& request) {
  const fs::path file = fs::path(configuration_.replay) / fmt::format("{:03}.json", number_);
  const auto entry = read_json(file);
  if (!entry) return error_at({file.string(), 0, 0}, "there is no recorded reply to this question");
  auto reply = reply_of(*entry);
  if (!reply || entry->value("path", json()) != json(path))
    return error_at({file.string(), 0, 0}, fmt::format("this is no recorded reply to {}", path));
  if (entry->value("hash", json()) != json(hash_of({}, path, text_of(request))) && configuration_.notice)
    configuration_.notice(fmt::format("{}: was recorded for another prompt", file.string()));
  return std::move(*reply);
}

Expected<Reply> Exchange::send(const std::string& path, const json& request, const std::string& about, bool patiently) {
  ++number_;
  if (!configuration_.replay.empty()) return replayed(path, request);
  const std::string body = text_of(request);
  std::optional<Reply> reply;
  const fs::path cached = fs::path(configuration_.cache) / (hash_of(configuration_.url, path, body) + ".json");
  if (!configuration_.cache.empty())
    if (const auto entry = read_json(cached)) reply = reply_of(*entry);
  if (!reply) {
    auto answer = asked(path, body, prompt_tokens(request), about, patiently);
    if (!answer) return answer;
    reply = std::move(*answer);
    if (!configuration_.cache.empty() && reply->status == 200) write_json(cached, stored(path, {}, {}, *reply));
  }
  const fs::path recorded = fs::path(configuration_.record) / fmt::format("{:03}.json", number_);
  if (!configuration_.record.empty() && !write_json(recorded, stored(path, hash_of({}, path, body), request, *reply)))
    return error_at({recorded.string(), 0, 0}, "cannot be written");
  return std::move(*reply);
}

Expected<Reply> Exchange::asked(const std::string& path, const std::string& body, uint64_t tokens,
                                const std::string& about, bool patiently) {
  const Clock::time_point deadline = Clock::now() + configuration_.question_time;
  HttpRequest request;
  request.url = configuration_.url + path;
  request.body = body;
  request.connect_time = configuration_.connect_time;
  request.largest_answer = configuration_.largest_answer;
  if (!configuration_.key.empty()) request.headers.push_back("Authorization: Bearer " + configuration_.key);
  auto fail = [&](const std::string& reason) { return error_at({configuration_.url, 0, 0}, printable(reason)); };
  if (configuration_.notice)
    configuration_.notice(fmt::format("sending {} ({} bytes) to {}", about, body.size(), configuration_.url));
  std::chrono::milliseconds wait = kFirstWait;
  for (unsigned attempt = 1;; ++attempt) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    request.total_time = std::max(left, std::chrono::milliseconds(1));
    const HttpResult result = post(request);
    std::string reason;
    std::chrono::milliseconds asked_to_wait{0};
    if (const auto* failure = std::get_if<HttpFailure>(&result)) {
      spend(tokens);  // the server may have read it
      if (!failure->again) return fail(failure->reason);
      reason = failure->reason;
    } else {
      const HttpReply& reply = std::get<HttpReply>(result);
      Reply read{reply.status, parse_json(without_key(reply.body))};
      const uint64_t reported = reported_tokens(read.json);
      spend(reported != 0 ? std::max(reported, tokens) : tokens + reply.body.size() / kBytesPerToken / 4);
      if (!patiently || !is_worth_another_attempt(reply.status)) {
        if (reply.status == 401 || reply.status == 403)
          return fail(fmt::format("the server answers {}: {}", reply.status, message_of(read.json)));
        if (reply.status == 200 && read.json.is_discarded()) return fail("the answer is no JSON");
        if (read.json.is_discarded()) read.json = nullptr;
        return read;
      }
      reason = fmt::format("the server answers {}{}{}", reply.status, message_of(read.json).empty() ? "" : ": ",
                           message_of(read.json));
      asked_to_wait = reply.retry_after;
    }
    const auto pause = std::max(wait, asked_to_wait);
    if (!patiently || attempt == kAttempts)
      return fail(attempt == 1 ? reason : fmt::format("{}, {} times", reason, attempt));
    if (Clock::now() + pause >= deadline)
      return fail(fmt::format("{}, and there is no time for another attempt{}", reason,
                              asked_to_wait > wait
                                  ? fmt::format(" after {} s, as the server asks", asked_to_wait.count() / 1000)
                                  : std::string()));
    std::this_thread::sleep_for(pause);
    wait *= 2;
  }
}

}  // namespace portolan::model
