// A name service for names that end in ".test": preloaded, it takes the place of the C library's. The file
// that NAMES_FILE names has a line for each, "<name> <address> <milliseconds>": how long a lookup takes.
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

static int find(const char *name, char *address, unsigned *milliseconds) {
  const char *path = getenv("NAMES_FILE");
  FILE *file = path == NULL ? NULL : fopen(path, "r");
  if (file == NULL) return 0;
  char known[256];
  int found = 0;
  while (!found && fscanf(file, "%255s %63s %u", known, address, milliseconds) == 3) {
    found = strcmp(known, name) == 0;
  }
  fclose(file);
  return found;
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **result) {
  Lookup lookup;
  *(void **)&lookup = dlsym(RTLD_NEXT, "getaddrinfo");
  if (!is_ours(name)) return lookup(name, service, hints, result);
  char address[64];
  unsigned milliseconds = 0;
  if (!find(name, address, &milliseconds)) return EAI_NONAME;
  usleep(milliseconds * 1000);
  return lookup(address, service, hints, result);
}
