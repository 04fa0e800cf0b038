// The highway block as TensorFlow ops for the CPU; highway.ts says when they are used. Op by op, a block
// sends a dozen arrays through memory: these read and write each once.
#include <node_api.h>

#include <algorithm>
#include <string>

#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"

namespace {

using namespace tensorflow;
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ConstMatrix = Eigen::Map<const Matrix>;
using Values = Eigen::Map<Eigen::ArrayXf>;
using ConstValues = Eigen::Map<const Eigen::ArrayXf>;

// Rows whose products stay in a core's first cache.
constexpr int64_t kTile = 64;
// Rows, and values, below which waking a second thread costs more than it saves.
constexpr int64_t kRows = 512;
constexpr int64_t kValues = 1 << 15;

const float* input(OpKernelContext* context, int i) { return context->input(i).flat<float>().data(); }

template <typename Work>
void inParallel(OpKernelContext* context, int64_t count, int64_t cycles, const Work& work) {
  context->device()->tensorflow_cpu_worker_threads()->workers->ParallelFor(count, cycles, work);
}

// Calls work(i) for each of `size` values.
template <typename Work>
void forEach(OpKernelContext* context, int64_t size, const Work& work) {
  const auto range = [&](int64_t first, int64_t end) {
#pragma GCC ivdep
    for (int64_t i = first; i < end; i++) work(i);
  };
  if (size <= kValues) return range(0, size);
  inParallel(context, size, 4, range);
}

class WithActivation : public OpKernel {
 public:
  explicit WithActivation(OpKernelConstruction* construction) : OpKernel(construction) {
    OP_REQUIRES_OK(construction, construction->GetAttr("activation", &activation_));
  }

 protected:
  std::string activation_;
};

// x, W_H, b_H, W_T, b_T -> y = (H - x) T + x
class Highway : public WithActivation {
 public:
  using WithActivation::WithActivation;

  void Compute(OpKernelContext* context) override {
    const int64_t rows = context->input(0).dim_size(0), units = context->input(0).dim_size(1);
    Matrix weights(units, 2 * units);
    weights << ConstMatrix(input(context, 1), units, units), ConstMatrix(input(context, 3), units, units);
    Eigen::ArrayXf bias(2 * units);
    bias << ConstValues(input(context, 2), units), ConstValues(input(context, 4), units);
    Tensor* output = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, context->input(0).shape(), &output));
    const float* x = input(context, 0);
    float* y = output->flat<float>().data();
    const auto parts = [&](int64_t first, int64_t end) {
      compute(x, weights, bias, y, first * kRows, std::min(rows, end * kRows));
    };
    const int64_t count = (rows + kRows - 1) / kRows;
    if (count <= 1) return parts(0, count);
    inParallel(context, count, kRows * units * units / 4, parts);
  }

 private:
  void compute(const float* x, const Matrix& weights, const Eigen::ArrayXf& bias, float* y, int64_t begin,
               int64_t end) const {
    const int64_t units = weights.rows();
    const float* const b = bias.data();
    Matrix products(kTile, 2 * units), separate(2 * kTile, units);
    for (int64_t row = begin; row < end; row += kTile) {
      const int64_t count = std::min(kTile, end - row), size = count * units;
      products.topRows(count).noalias() = ConstMatrix(x + row * units, count, units) * weights;
      Values h(separate.data(), size), t(separate.data() + size, size);
      for (int64_t r = 0; r < count; r++) {
        const float* z = products.data() + 2 * r * units;
        float *zh = h.data() + r * units, *zt = t.data() + r * units;
#pragma GCC ivdep
        for (int64_t i = 0; i < units; i++) {
          zh[i] = z[i] + b[i];
          zt[i] = z[units + i] + b[units + i];
        }
      }
      activate(h);
      t = t.logistic();
      const ConstValues from(x + row * units, size);
      Values(y + row * units, size) = (h - from) * t + from;
    }
  }

  void activate(Values z) const {
    if (activation_ == "relu") z = z.max(0.0f);
    if (activation_ == "sigmoid") z = z.logistic();
    if (activation_ == "tanh") z = z.tanh();
  }
};

// x, H, T -> y = (H - x) T + x
class Mix : public OpKernel {
 public:
  using OpKernel::OpKernel;

  void Compute(OpKernelContext* context) override {
    Tensor* output = nullptr;
    OP_REQUIRES_OK(context,
                   context->forward_input_or_allocate_output({1, 2}, 0, context->input(0).shape(), &output));
    const float *x = input(context, 0), *h = input(context, 1), *t = input(context, 2);
    float* y = output->flat<float>().data();
    forEach(context, output->NumElements(), [=](int64_t i) { y[i] = (h[i] - x[i]) * t[i] + x[i]; });
  }
};

// dy, x, H, T -> dy (1 - T), dz_H = dy T f'(z_H), dz_T = dy (H - x) T (1 - T)
class MixGrad : public WithActivation {
 public:
  using WithActivation::WithActivation;

  void Compute(OpKernelContext* context) override {
    if (activation_ == "relu") return compute(context, [](float h) { return h > 0 ? 1.0f : 0.0f; });
    if (activation_ == "sigmoid") return compute(context, [](float h) { return h * (1 - h); });
    if (activation_ == "tanh") return compute(context, [](float h) { return 1 - h * h; });
    compute(context, [](float) { return 1.0f; });
  }

 private:
  template <typename Slope>
  void compute(OpKernelContext* context, const Slope& slope) {
    const TensorShape shape = context->input(0).shape();
    const int donors[] = {0, 2, 3};
    float* results[3];
    const float *dy = input(context, 0), *x = input(context, 1), *h = input(context, 2), *t = input(context, 3);
    for (int i = 0; i < 3; i++) {
      Tensor* output = nullptr;
      OP_REQUIRES_OK(context, context->forward_input_or_allocate_output({donors[i]}, i, shape, &output));
      results[i] = output->flat<float>().data();
    }
    float *carried = results[0], *dzh = results[1], *dzt = results[2];
    forEach(context, shape.num_elements(), [=](int64_t i) {
      const float transformed = dy[i] * t[i], rest = dy[i] - transformed, candidate = h[i];
      dzt[i] = (candidate - x[i]) * t[i] * rest;
      dzh[i] = transformed * slope(candidate);
      carried[i] = rest;
    });
  }
};

absl::Status likeFirstInput(shape_inference::InferenceContext* context) {
  for (int i = 0; i < context->num_outputs(); i++) context->set_output(i, context->input(0));
  return absl::OkStatus();
}

constexpr char kActivation[] = "activation: {'linear', 'relu', 'sigmoid', 'tanh'}";

REGISTER_OP("UnrolledHighway")
    .Input("x: float")
    .Input("kernel: float")
    .Input("bias: float")
    .Input("gate_kernel: float")
    .Input("gate_bias: float")
    .Output("y: float")
    .Attr(kActivation)
    .SetShapeFn(likeFirstInput);
REGISTER_OP("UnrolledHighwayMix")
    .Input("x: float")
    .Input("h: float")
    .Input("t: float")
    .Output("y: float")
    .SetShapeFn(likeFirstInput);
REGISTER_OP("UnrolledHighwayMixGrad")
    .Input("dy: float")
    .Input("x: float")
    .Input("h: float")
    .Input("t: float")
    .Output("carried: float")
    .Output("dzh: float")
    .Output("dzt: float")
    .Attr(kActivation)
    .SetShapeFn(likeFirstInput);
REGISTER_KERNEL_BUILDER(Name("UnrolledHighway").Device(DEVICE_CPU), Highway);
REGISTER_KERNEL_BUILDER(Name("UnrolledHighwayMix").Device(DEVICE_CPU), Mix);
REGISTER_KERNEL_BUILDER(Name("UnrolledHighwayMixGrad").Device(DEVICE_CPU), MixGrad);

}  // namespace

NAPI_MODULE_INIT() { return exports; }
