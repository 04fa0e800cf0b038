// Calls a function with stderr closed. TensorFlow's library writes informational lines while it is loaded, and
// errors where it looks for a GPU and there is none, that no setting turns off; a notebook keeps stderr for
// errors.
#include <fcntl.h>
#include <node_api.h>
#include <unistd.h>

static napi_value Silently(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value work, self, result = nullptr;
  napi_get_cb_info(env, info, &count, &work, &self, nullptr);
  const int saved = dup(STDERR_FILENO);
  const int nowhere = open("/dev/null", O_WRONLY);
  dup2(nowhere, STDERR_FILENO);
  napi_call_function(env, self, work, 0, nullptr, &result);
  dup2(saved, STDERR_FILENO);
  close(nowhere);
  close(saved);
  return result;
}

NAPI_MODULE_INIT() {
  napi_value silently;
  napi_create_function(env, "silently", NAPI_AUTO_LENGTH, Silently, nullptr, &silently);
  napi_set_named_property(env, exports, "silently", silently);
  return exports;
}
