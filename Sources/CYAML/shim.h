#ifndef PROOFSHEET_CYAML_H
#define PROOFSHEET_CYAML_H

#include <yaml.h>

#endif
