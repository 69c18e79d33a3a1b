import { MLFLOW, pythonWith } from '../python.ts'

/**
 * ONNX Runtime is of the version that computes here. xgboost-cpu is XGBoost without the libraries for graphics cards, which are ten times
 * its size.
 */
const PACKAGES = [MLFLOW, 'xgboost-cpu', 'lightgbm', 'catboost', 'onnx', 'onnxruntime==1.30.0', 'skl2onnx']

/** The Python that trains models and logs them by MLflow, as people do. */
export const pythonWithModels = (): string => pythonWith(PACKAGES, 'serving')
