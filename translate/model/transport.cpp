#include "translate/model/transport.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

namespace portolan::model {
namespace {

struct Curl {
  decltype(&curl_global_init) global_init = nullptr;
  decltype(&curl_easy_init) easy_init = nullptr;
  decltype(&curl_easy_setopt) easy_setopt = nullptr;
  decltype(&curl_easy_perform) easy_perform = nullptr;
  decltype(&curl_easy_getinfo) easy_getinfo = nullptr;
  decltype(&curl_easy_strerror) easy_strerror = nullptr;
  decltype(&curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&curl_slist_append) slist_append = nullptr;
  decltype(&curl_slist_free_all) slist_free_all = nullptr;
  bool ok = false;
};

Curl open_curl() {
  Curl curl;
  void* const library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return curl;
  bool all = true;
  auto find = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
    all &= function != nullptr;
  };
  find(curl.global_init, "curl_global_init");
  find(curl.easy_init, "curl_easy_init");
  find(curl.easy_setopt, "curl_easy_setopt");
  find(curl.easy_perform, "curl_easy_perform");
  find(curl.easy_getinfo, "curl_easy_getinfo");
  find(curl.easy_strerror, "curl_easy_strerror");
  find(curl.easy_cleanup, "curl_easy_cleanup");
  find(curl.slist_append, "curl_slist_append");
  find(curl.slist_free_all, "curl_slist_free_all");
  curl.ok = all && curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return curl;
}

const Curl& curl() {
  static const Curl kCurl = open_curl();
  return kCurl;
}

struct Received {
  std::string body;
  size_t limit = 0;
  bool too_large = false;
};

size_t receive(char* data, size_t size, size_t count, void* to) {
  Received& received = *static_cast<Received*>(to);
  const size_t bytes = size * count;
  if (bytes > received.limit - received.body.size()) {
    received.too_large = true;
    return 0;  // ends the transfer
  }
  received.body.append(data, bytes);
  return bytes;
}

HttpFailure failure_of(CURLcode code, const Received& received, const HttpRequest& request) {
  if (received.too_large) return {fmt::format("the answer has more than {} bytes", request.largest_answer), false};
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return {fmt::format("no complete answer within {:.3g} s", request.total_time.count() / 1000.0), true};
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return {curl().easy_strerror(code), false};
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
      return {fmt::format("the connection was cut: {}", curl().easy_strerror(code)), true};
    default:
      return {curl().easy_strerror(code), true};
  }
}

std::string_view host_of(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  if (const size_t at = url.rfind('@'); at != std::string_view::npos) url.remove_prefix(at + 1);
  if (url.starts_with("[")) return url.substr(0, url.find(']') + 1);
  return url.substr(0, url.find(':'));
}

}  // namespace

bool is_web_address(std::string_view url) {
  return (url.starts_with("http://") || url.starts_with("https://")) && !host_of(url).empty();
}

bool is_loopback(std::string_view url) {
  const std::string_view host = host_of(url);
  if (host == "localhost" || host == "[::1]") return true;
  // 127.0.0.0/8, as an address: "127.example.org" is a name like any other.
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos;
}

HttpResult post(const HttpRequest& request) {
  if (!curl().ok) return HttpFailure{"libcurl.so.4 cannot be opened (Debian package libcurl4)", false};
  const std::unique_ptr<CURL, decltype(curl().easy_cleanup)> handle(curl().easy_init(), curl().easy_cleanup);
  if (!handle) return HttpFailure{"libcurl cannot begin", false};
  curl_slist* list = curl().slist_append(nullptr, "Content-Type: application/json");
  // Without this curl would ask first whether it may send the body, and some servers never answer that.
  list = curl().slist_append(list, "Expect:");
  for (const std::string& header : request.headers) list = curl().slist_append(list, header.c_str());
  const std::unique_ptr<curl_slist, decltype(curl().slist_free_all)> headers(list, curl().slist_free_all);
  Received received;
  received.limit = request.largest_answer;
  auto set = [&](CURLoption option, auto value) { curl().easy_setopt(handle.get(), option, value); };
  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_POST, 1L);
  set(CURLOPT_POSTFIELDS, request.body.c_str());
  set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  set(CURLOPT_HTTPHEADER, headers.get());
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(request.connect_time, request.total_time).count()));
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(request.total_time.count()));
  set(CURLOPT_WRITEFUNCTION, receive);
  set(CURLOPT_WRITEDATA, static_cast<void*>(&received));
  const CURLcode code = curl().easy_perform(handle.get());
  if (code != CURLE_OK) return failure_of(code, received, request);
  HttpReply reply;
  curl().easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &reply.status);
  curl_off_t wait = 0;
  curl().easy_getinfo(handle.get(), CURLINFO_RETRY_AFTER, &wait);
  reply.retry_after = std::chrono::seconds(std::clamp<curl_off_t>(wait, 0, 1 << 30));
  reply.body = std::move(received.body);
  return reply;
}

}  // namespace portolan::model
