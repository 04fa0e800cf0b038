// Loads TensorFlow's library with stderr closed. While it loads it writes an informational line
// that no setting turns off; a notebook keeps stderr for errors.
#include <dlfcn.h>
#include <fcntl.h>
#include <node_api.h>
#include <unistd.h>

NAPI_MODULE_INIT() {
  const int saved = dup(STDERR_FILENO);
  const int nowhere = open("/dev/null", O_WRONLY);
  dup2(nowhere, STDERR_FILENO);
  dlopen(TENSORFLOW_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  dup2(saved, STDERR_FILENO);
  close(nowhere);
  close(saved);
  return exports;
}
