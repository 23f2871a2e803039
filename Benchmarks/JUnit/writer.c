/* The peer of JUnitReport: the same document by xmlTextWriter and nothing else.
   usage: writer COUNT FILE */
#include <fcntl.h>
#include <libxml/xmlwriter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT(s) ((const xmlChar *)(s))

static void attribute(xmlTextWriterPtr writer, const char *name, const char *value) {
  if (xmlTextWriterWriteAttribute(writer, TEXT(name), TEXT(value)) < 0) exit(1);
}

static void number(xmlTextWriterPtr writer, const char *name, long value) {
  char text[32];
  snprintf(text, sizeof text, "%ld", value);
  attribute(writer, name, text);
}

static void property(xmlTextWriterPtr writer, const char *name, const char *value) {
  xmlTextWriterStartElement(writer, TEXT("property"));
  attribute(writer, "name", name);
  attribute(writer, "value", value);
  xmlTextWriterEndElement(writer);
}

static void totals(xmlTextWriterPtr writer, long count, int isSuite) {
  char time[40];
  long milliseconds = count * 1002;
  number(writer, "tests", count);
  number(writer, "failures", count / 10);
  number(writer, "errors", 0);
  if (isSuite) number(writer, "skipped", 0);
  snprintf(time, sizeof time, "%ld.%03ld", milliseconds / 1000, milliseconds % 1000);
  attribute(writer, "time", time);
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  long count = atol(argv[1]);
  int file = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (file < 0) return 1;
  xmlTextWriterPtr writer = xmlNewTextWriter(xmlOutputBufferCreateFd(file, NULL));
  xmlTextWriterSetIndent(writer, 1);
  xmlTextWriterSetIndentString(writer, TEXT("  "));
  xmlTextWriterStartDocument(writer, NULL, "UTF-8", NULL);
  xmlTextWriterStartElement(writer, TEXT("testsuites"));
  attribute(writer, "name", "proofsheet");
  totals(writer, count, 0);
  xmlTextWriterStartElement(writer, TEXT("testsuite"));
  attribute(writer, "name", "mug");
  totals(writer, count, 1);
  attribute(writer, "timestamp", "2026-11-22T18:30:00");
  xmlTextWriterStartElement(writer, TEXT("properties"));
  property(writer, "proofsheet.version", "1.2.3");
  property(writer, "proofsheet.run.mode", "replay");
  xmlTextWriterEndElement(writer);
  for (long place = 0; place < count; place++) {
    char name[64];
    snprintf(name, sizeof name, "paper--%ld", 1000000 + place);
    xmlTextWriterStartElement(writer, TEXT("testcase"));
    attribute(writer, "name", name);
    attribute(writer, "classname", "proofsheet.mug");
    attribute(writer, "time", "1.002");
    if (place % 10 == 9) {
      xmlTextWriterStartElement(writer, TEXT("failure"));
      attribute(writer, "message", "the size is 1024 x 768 & not 1024 x 1024");
      attribute(writer, "type", "failed");
      xmlTextWriterWriteString(
          writer,
          TEXT("the size is 1024 x 768 & not 1024 x 1024\n"
               "request: model seedream-v4, seed 7, size square_hd\n"
               "prompt: Put the cup on linen paper; leave the <cup> alone\n"
               " at suites/mug.yaml:10\n\tat suites.mug.case(mug.yaml:10)\n"));
      xmlTextWriterEndElement(writer);
    }
    xmlTextWriterEndElement(writer);
  }
  xmlTextWriterEndElement(writer);
  xmlTextWriterEndElement(writer);
  if (xmlTextWriterEndDocument(writer) < 0 || xmlTextWriterFlush(writer) < 0) return 1;
  xmlFreeTextWriter(writer);
  /* The peak of memory in KiB: what a parent asks for would begin with its own. */
  FILE *status = fopen("/proc/self/status", "r");
  char line[256];
  while (status && fgets(line, sizeof line, status))
    if (strncmp(line, "VmHWM:", 6) == 0) fputs(line, stdout);
  return 0;
}
