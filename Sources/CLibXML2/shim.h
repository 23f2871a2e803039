#ifndef PROOFSHEET_CLIBXML2_H
#define PROOFSHEET_CLIBXML2_H

#include <libxml/xmlversion.h>

/* libxml2's headers would pull in ICU's, which clash with those of Foundation. */
#undef LIBXML_ICU_ENABLED

#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <libxml/xmlreader.h>
#include <libxml/xmlschemas.h>
#include <libxml/xmlwriter.h>

/* `xmlFree` is a global variable, which Swift does not read safely. */
static inline void proofsheet_xml_free(void *memory) { xmlFree(memory); }

#endif
