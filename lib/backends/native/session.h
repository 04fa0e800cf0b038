// Included before tfjs's addon is compiled: how TensorFlow prepares the graphs of session.ts.
//
// TensorFlow rewrites a graph before it first runs it, and again for each other set of results asked for. A
// recorded step of 50 dense layers gains nothing from that and starts half a second later. Convolutions gain
// from one of the rewrites, of ops that can be fused with the next one; layouts are for GPUs, and pruning first
// spares both what is not asked for. A graph says by its tag what it wants; those of other tags are treated as
// ever.
#include <string>

#include "tensorflow/c/c_api.h"
#include "tensorflow/core/protobuf/config.pb.h"

inline TF_Session* loadTagged(TF_SessionOptions* options, const TF_Buffer* run_options, const char* folder,
                              const char* const* tags, int count, TF_Graph* graph, TF_Buffer* meta_graph,
                              TF_Status* status) {
  tensorflow::ConfigProto config;
  auto* const rewrites = config.mutable_graph_options()->mutable_rewrite_options();
  const std::string tag = tags[0];
  if (tag == "unrolled_as_recorded") rewrites->set_disable_meta_optimizer(true);
  if (tag == "unrolled_fused") {
    rewrites->set_meta_optimizer_iterations(tensorflow::RewriterConfig::ONE);
    rewrites->add_optimizers("pruning");
    rewrites->add_optimizers("layout");
    rewrites->add_optimizers("remap");
  }
  const std::string bytes = config.SerializeAsString();
  TF_SetConfig(options, bytes.data(), bytes.size(), status);
  if (TF_GetCode(status) != TF_OK) return nullptr;
  return TF_LoadSessionFromSavedModel(options, run_options, folder, tags, count, graph, meta_graph, status);
}

#define TF_LoadSessionFromSavedModel loadTagged
