// One HTTP request, by libcurl, which is opened when it is first needed. Whoever answers is not trusted: no redirects
// are followed, nothing is unpacked, and both time and size are limited.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ir/diagnostic.h"

namespace portolan::model {

struct HttpRequest {
  std::string url;
  std::string body;                  // sent by POST as JSON
  std::vector<std::string> headers;  // "Name: value"
  std::chrono::milliseconds connect_time{10000};
  std::chrono::milliseconds total_time{120000};
  size_t largest_answer = 4u << 20;
};

struct HttpReply {
  long status = 0;
  std::string body;
  std::chrono::seconds retry_after{0};  // as the server asks; 0: it does not
};

// Why there is no reply. `again`: another attempt may do better.
struct HttpFailure {
  std::string reason;
  bool again = false;
};

using HttpResult = std::variant<HttpReply, HttpFailure>;

HttpResult post(const HttpRequest& request);

// Whether this machine itself answers there: what is sent does not leave it.
bool is_loopback(std::string_view url);
// "http" or "https", with a host.
bool is_web_address(std::string_view url);

}  // namespace portolan::model
