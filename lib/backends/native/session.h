// Included before tfjs's addon is compiled: how TensorFlow prepares the graphs of session.ts.
//
// TensorFlow rewrites a graph before it first runs it, and again for each other set of results asked for. A
// recorded step of 50 dense layers gains nothing from that and starts half a second later. Convolutions gain
// from one of the rewrites, of ops that can be fused with the next one; layouts are for GPUs, and pruning first
// spares both what is not asked for. A graph says by its tag what it wants; those of other tags are treated as
// ever.
//
// The first graph of a file is what runs. Each further one is a function that it calls, named by its tag, from
// its _Arg nodes to its _Retval nodes; XLA compiles one that is named "compiled".
#include <cstdlib>
#include <string>

#include "tensorflow/c/c_api.h"
#include "tensorflow/core/common_runtime/graph_constructor.h"
#include "tensorflow/core/framework/graph_to_functiondef.h"
#include "tensorflow/core/graph/graph.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow/core/platform/tensor_float_32_utils.h"
#include "tensorflow/core/protobuf/config.pb.h"
#include "tensorflow/core/protobuf/saved_model.pb.h"

// Products of float32 matrices are in float32, not in NVIDIA's TF32 of 10 bits, unless that is asked for.
static const bool precisionIsSet = [] {
  const char* const wanted = std::getenv("UNROLLED_PRECISION");
  tensorflow::enable_tensor_float_32_execution(wanted != nullptr && std::string(wanted) == "tf32");
  return true;
}();

inline absl::Status addFunction(const tensorflow::MetaGraphDef& source, tensorflow::GraphDef* target) {
  tensorflow::GraphConstructorOptions options;
  options.allow_internal_ops = true;
  tensorflow::Graph graph(tensorflow::OpRegistry::Global());
  if (auto status = graph.AddFunctionLibrary(target->library()); !status.ok()) return status;
  if (auto status = tensorflow::ConvertGraphDefToGraph(options, source.graph_def(), &graph); !status.ok()) return status;
  const std::string name = source.meta_info_def().tags(0);
  auto* const function = target->mutable_library()->add_function();
  if (auto status = tensorflow::GraphToFunctionDef(graph, name, function); !status.ok()) return status;
  if (name == "compiled") (*function->mutable_attr())["_XlaMustCompile"].set_b(true);
  return absl::OkStatus();
}

inline absl::Status joinGraphs(const std::string& file) {
  auto* const env = tensorflow::Env::Default();
  tensorflow::SavedModel model;
  if (auto status = tensorflow::ReadBinaryProto(env, file, &model); !status.ok()) return status;
  if (model.meta_graphs_size() == 1) return absl::OkStatus();
  auto* const main = model.mutable_meta_graphs(0)->mutable_graph_def();
  for (int i = 1; i < model.meta_graphs_size(); i++) {
    if (auto status = addFunction(model.meta_graphs(i), main); !status.ok()) return status;
  }
  model.mutable_meta_graphs()->DeleteSubrange(1, model.meta_graphs_size() - 1);
  return tensorflow::WriteBinaryProto(env, file, model);
}

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
  if (tag.rfind("unrolled_", 0) == 0) {
    const auto joined = joinGraphs(std::string(folder) + "saved_model.pb");
    TF_SetStatus(status, static_cast<TF_Code>(joined.code()), std::string(joined.message()).c_str());
    if (!joined.ok()) return nullptr;
  }
  return TF_LoadSessionFromSavedModel(options, run_options, folder, tags, count, graph, meta_graph, status);
}

#define TF_LoadSessionFromSavedModel loadTagged
