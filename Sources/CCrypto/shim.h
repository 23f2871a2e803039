#ifndef PROOFSHEET_CCRYPTO_H
#define PROOFSHEET_CCRYPTO_H

#include <openssl/evp.h>

#endif
