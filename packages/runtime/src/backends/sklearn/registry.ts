import { compilerOf } from '../boosters/estimators.ts'
import { Estimator, refuse, type Value } from '../estimator.ts'
import { bernoulliNaiveBayes, categoricalNaiveBayes, complementNaiveBayes, multinomialNaiveBayes } from './bayes.ts'
import { gradientBoostingClassifier, gradientBoostingRegressor } from './boosting.ts'
import { calibratedClassifier } from './calibration.ts'
import { columnTransformer, featureUnion, pipeline, search } from './composition.ts'
import { oneHotEncoder, ordinalEncoder, simpleImputer } from './encoders.ts'
import { stackingClassifier, stackingRegressor, votingClassifier, votingRegressor } from './ensembles.ts'
import { passThrough, pca, polynomialFeatures, selectKBest, truncatedSvd, varianceThreshold } from './features.ts'
import type { Compile, Fitted } from './fitted.ts'
import { isolationForest, treeClassifier, treeRegressor } from './forests.ts'
import { histBoostingClassifier, histBoostingRegressor } from './hist-boosting.ts'
import { linearRegressor, logisticRegression, logLinkRegressor, marginClassifier, ridgeClassifier, sgdClassifier } from './linear.ts'
import { discriminant, gaussianNaiveBayes, kMeans } from './neighbors.ts'
import { neighboursClassifier, neighboursRegressor } from './neighbours/estimators.ts'
import { mlpClassifier, mlpRegressor } from './networks.ts'
import { binarizer, maxAbsScaler, minMaxScaler, normalizer, powerTransformer, robustScaler, standardScaler } from './scalers.ts'
import { oneClass, supportClassifier, supportRegressor } from './svm.ts'
import { countVectorizer, tfidfTransformer, tfidfVectorizer } from './text.ts'

/** Each class that is served, by its module and name, and what makes functions of it. */
const SERVED: ReadonlyMap<string, Compile> = new Map(
  Object.entries({
    'linear_model._logistic': { LogisticRegression: logisticRegression, LogisticRegressionCV: logisticRegression },
    'linear_model._base': { LinearRegression: linearRegressor },
    'linear_model._ridge': {
      Ridge: linearRegressor,
      RidgeCV: linearRegressor,
      RidgeClassifier: ridgeClassifier,
      RidgeClassifierCV: ridgeClassifier,
    },
    'linear_model._coordinate_descent': {
      Lasso: linearRegressor,
      LassoCV: linearRegressor,
      ElasticNet: linearRegressor,
      ElasticNetCV: linearRegressor,
    },
    'linear_model._bayes': { BayesianRidge: linearRegressor, ARDRegression: linearRegressor },
    'linear_model._huber': { HuberRegressor: linearRegressor },
    'linear_model._theil_sen': { TheilSenRegressor: linearRegressor },
    'linear_model._quantile': { QuantileRegressor: linearRegressor },
    'linear_model._least_angle': { Lars: linearRegressor, LassoLars: linearRegressor },
    'linear_model._omp': { OrthogonalMatchingPursuit: linearRegressor },
    'linear_model._stochastic_gradient': { SGDClassifier: sgdClassifier, SGDRegressor: linearRegressor },
    'linear_model._perceptron': { Perceptron: marginClassifier },
    'linear_model._passive_aggressive': { PassiveAggressiveClassifier: marginClassifier, PassiveAggressiveRegressor: linearRegressor },
    'linear_model._glm.glm': { PoissonRegressor: logLinkRegressor, GammaRegressor: logLinkRegressor, TweedieRegressor: logLinkRegressor },
    'svm._classes': {
      LinearSVC: marginClassifier,
      LinearSVR: linearRegressor,
      SVC: supportClassifier,
      NuSVC: supportClassifier,
      SVR: supportRegressor,
      NuSVR: supportRegressor,
      OneClassSVM: oneClass,
    },
    'neighbors._classification': { KNeighborsClassifier: neighboursClassifier },
    'neighbors._regression': { KNeighborsRegressor: neighboursRegressor },
    'ensemble._voting': { VotingClassifier: votingClassifier, VotingRegressor: votingRegressor },
    'ensemble._stacking': { StackingClassifier: stackingClassifier, StackingRegressor: stackingRegressor },
    calibration: { CalibratedClassifierCV: calibratedClassifier },
    'feature_extraction.text': { CountVectorizer: countVectorizer, TfidfVectorizer: tfidfVectorizer, TfidfTransformer: tfidfTransformer },
    'tree._classes': {
      DecisionTreeClassifier: treeClassifier,
      DecisionTreeRegressor: treeRegressor,
      ExtraTreeClassifier: treeClassifier,
      ExtraTreeRegressor: treeRegressor,
    },
    'ensemble._forest': {
      RandomForestClassifier: treeClassifier,
      RandomForestRegressor: treeRegressor,
      ExtraTreesClassifier: treeClassifier,
      ExtraTreesRegressor: treeRegressor,
    },
    'cluster._kmeans': { KMeans: kMeans, MiniBatchKMeans: kMeans },
    naive_bayes: {
      GaussianNB: gaussianNaiveBayes,
      MultinomialNB: multinomialNaiveBayes,
      ComplementNB: complementNaiveBayes,
      BernoulliNB: bernoulliNaiveBayes,
      CategoricalNB: categoricalNaiveBayes,
    },
    discriminant_analysis: { LinearDiscriminantAnalysis: discriminant },
    'neural_network._multilayer_perceptron': { MLPClassifier: mlpClassifier, MLPRegressor: mlpRegressor },
    'ensemble._iforest': { IsolationForest: isolationForest },
    'ensemble._gb': { GradientBoostingClassifier: gradientBoostingClassifier, GradientBoostingRegressor: gradientBoostingRegressor },
    'ensemble._hist_gradient_boosting.gradient_boosting': {
      HistGradientBoostingClassifier: histBoostingClassifier,
      HistGradientBoostingRegressor: histBoostingRegressor,
    },
    'preprocessing._data': {
      StandardScaler: standardScaler,
      MinMaxScaler: minMaxScaler,
      RobustScaler: robustScaler,
      MaxAbsScaler: maxAbsScaler,
      Binarizer: binarizer,
      Normalizer: normalizer,
      PowerTransformer: powerTransformer,
    },
    'preprocessing._polynomial': { PolynomialFeatures: polynomialFeatures },
    'preprocessing._function_transformer': { FunctionTransformer: passThrough },
    'preprocessing._encoders': { OneHotEncoder: oneHotEncoder, OrdinalEncoder: ordinalEncoder },
    'impute._base': { SimpleImputer: simpleImputer },
    'decomposition._pca': { PCA: pca },
    'decomposition._truncated_svd': { TruncatedSVD: truncatedSvd },
    'feature_selection._variance_threshold': { VarianceThreshold: varianceThreshold },
    'feature_selection._univariate_selection': { SelectKBest: selectKBest },
    'compose._column_transformer': { ColumnTransformer: columnTransformer },
    pipeline: { Pipeline: pipeline, FeatureUnion: featureUnion },
    'model_selection._search': { GridSearchCV: search, RandomizedSearchCV: search },
  }).flatMap(([module, classes]) => Object.entries(classes).map(([name, compile]) => [`sklearn.${module}.${name}`, compile] as const)),
)

/** Classes that files hold beside estimators. What they are is looked at by the estimator that holds them, or by nobody. */
const INERT: ReadonlySet<string> = new Set([
  'sklearn.tree._tree.Tree',
  'sklearn.neighbors._kd_tree.KDTree',
  'sklearn.neighbors._ball_tree.BallTree',
  ...['Euclidean', 'Manhattan', 'Chebyshev', 'Minkowski'].map((name) => `sklearn.metrics._dist_metrics.${name}Distance64`),
  'sklearn.calibration._CalibratedClassifier',
  'sklearn.calibration._SigmoidCalibration',
  'sklearn.isotonic.IsotonicRegression',
  'sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor',
  'sklearn.ensemble._hist_gradient_boosting.binning._BinMapper',
  'sklearn.preprocessing._label.LabelBinarizer',
  'sklearn.preprocessing._label.LabelEncoder',
  'sklearn.impute._base.MissingIndicator',
  'sklearn.dummy.DummyClassifier',
  'sklearn.dummy.DummyRegressor',
  'sklearn.compose._column_transformer.make_column_selector',
  'sklearn.utils._bunch.Bunch',
  'sklearn.model_selection._split.KFold',
  'sklearn.model_selection._split.StratifiedKFold',
  'sklearn.metrics._scorer._PassthroughScorer',
  'sklearn.neural_network._stochastic_optimizers.AdamOptimizer',
  'sklearn.neural_network._stochastic_optimizers.SGDOptimizer',
  'sklearn._loss.link.Interval',
  ...['Identity', 'Log', 'Logit', 'HalfLogit', 'Multinomial'].map((name) => `sklearn._loss.link.${name}Link`),
  ...['Identity', 'Log', 'Logit', 'HalfLogit', 'MultinomialLogit'].map((name) => `sklearn._loss.link.${name}`),
  ...[
    'HalfSquaredError',
    'AbsoluteError',
    'PinballLoss',
    'HuberLoss',
    'HalfPoissonLoss',
    'HalfGammaLoss',
    'HalfTweedieLoss',
    'HalfTweedieLossIdentity',
    'HalfBinomialLoss',
    'HalfMultinomialLoss',
    'ExponentialLoss',
  ].map((name) => `sklearn._loss.loss.${name}`),
])

/** Whether a class of scikit-learn may stand in a file at all. */
export const isKnownClass = (name: string): boolean => SERVED.has(name) || INERT.has(name)

const DEPTH_MAX = 40

/** Makes functions of what was read. @throws Refused */
export function compile(value: Value, depth = 0): Fitted {
  if (!(value instanceof Estimator)) return refuse('the file holds no estimator where one has to be')
  const found = SERVED.get(value.of) ?? compilerOf(value.of)
  if (!found) return refuse(`${value.of} is no estimator that is served without Python`)
  if (depth > DEPTH_MAX) refuse(`estimators are nested deeper than ${DEPTH_MAX}`)
  return found(value, (part) => compile(part, depth + 1))
}
