// Cryptography and later extensions: known, not lifted.
#include "frontends/aarch64/rows.h"

namespace portolan::aarch64 {
namespace {

using assembly::Row;

constexpr Row kRows[] = {
    {"AES{E,D}rr AES{MC,IMC}rr", "aese", "", nullptr, "AES rounds"},
    {"SHA1{C,M,P,SU0}rrr SHA1Hrr SHA1SU1rr", "sha1c", "", nullptr, "SHA rounds"},
    {"SHA256H{,2}rrr SHA256SU0rr SHA256SU1rrr SHA512H SHA512H2 SHA512SU0 SHA512SU1", "sha256h", "", nullptr,
     "SHA rounds"},
    {"EOR3 BCAX XAR RAX1", "eor3", "", nullptr, "sha3"},
    {"BFDOTv{4bf16,8bf16} BFMMLA BFMLAL{B,T} BFCVT BFCVTN BFCVTN2", "bfdot", "", nullptr, "bf16"},
    {"SMMLA UMMLA USMMLA", "smmla", "", nullptr, "i8mm"},
};

}  // namespace

RowSpan crypto_rows() {
  return kRows;
}

}  // namespace portolan::aarch64
