// Sends SIGUSR2 to every thread of a process every 50 ms, until it has gone: signal-threads PID
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int count, char** arguments) {
  if (count != 2) return 1;
  const int process = atoi(arguments[1]);
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task", process);
  for (DIR* threads; (threads = opendir(path)) != NULL; closedir(threads)) {
    for (const struct dirent* thread; (thread = readdir(threads)) != NULL;) {
      if (atoi(thread->d_name) > 0) syscall(SYS_tgkill, process, atoi(thread->d_name), SIGUSR2);
    }
    usleep(50 * 1000);
  }
  return 0;
}
