// What the user says of the model that is asked. The key comes from the environment alone and goes into one header:
// never into a file, a message or a hash.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace portolan::model {

struct Configuration {
  std::string url;     // of an OpenAI-compatible interface, with its version: "http://localhost:8080/v1"
  std::string model;   // as the server calls it
  std::string key;     // empty: none
  std::string record;  // a folder that gets all exchanges; empty: none
  std::string replay;  // a folder of recorded ones, which are taken instead of asking anybody; empty: none
  std::string cache;   // a folder; empty: nothing is remembered
  std::chrono::milliseconds connect_time{10000};
  std::chrono::milliseconds question_time{120000};  // all attempts at one question together
  uint64_t tokens = 200000;                         // for everything that is asked in this run, both ways
  size_t largest_answer = 4u << 20;                 // bytes
  unsigned samples = 4;                             // of each question
  unsigned rounds = 2;                              // that a refuted candidate goes back
  std::function<void(const std::string&)> notice;   // told of everything that leaves the program
};

}  // namespace portolan::model
