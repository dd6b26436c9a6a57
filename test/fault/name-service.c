// A name service for names that end in ".test": preloaded, it takes the place of the C library's. The file
// that NAMES_FILE names has a line for each address, "<name> <address> <milliseconds>": how long it takes
// to look it up.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int (*Lookup)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static int is_ours(const char *name) {
  const size_t length = name == NULL ? 0 : strlen(name);
  return length > 5 && strcmp(name + length - 5, ".test") == 0;
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **result) {
  Lookup lookup;
  *(void **)&lookup = dlsym(RTLD_NEXT, "getaddrinfo");
  if (!is_ours(name)) return lookup(name, service, hints, result);
  *result = NULL;
  const char *path = getenv("NAMES_FILE");
  FILE *file = path == NULL ? NULL : fopen(path, "r");
  if (file == NULL) return EAI_NONAME;
  struct addrinfo **end = result;
  char known[256];
  char address[64];
  unsigned milliseconds;
  while (fscanf(file, "%255s %63s %u", known, address, &milliseconds) == 3) {
    if (strcmp(known, name) != 0) continue;
    usleep(milliseconds * 1000);
    if (lookup(address, service, hints, end) != 0) continue;
    while (*end != NULL) end = &(*end)->ai_next;
  }
  fclose(file);
  return *result == NULL ? EAI_NONAME : 0;
}
