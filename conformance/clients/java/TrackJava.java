import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.mlflow.api.proto.Service.CreateRun;
import org.mlflow.api.proto.Service.Experiment;
import org.mlflow.api.proto.Service.Metric;
import org.mlflow.api.proto.Service.Param;
import org.mlflow.api.proto.Service.Run;
import org.mlflow.api.proto.Service.RunInfo;
import org.mlflow.api.proto.Service.RunStatus;
import org.mlflow.api.proto.Service.RunTag;
import org.mlflow.api.proto.Service.ViewType;
import org.mlflow.tracking.ActiveRun;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.MlflowContext;
import org.mlflow.tracking.MlflowHttpException;
import org.mlflow.tracking.RunsPage;

/** MLflow's Java client, unmodified, writes to a server and reads back what it wrote. */
public class TrackJava {
  private static final int POINTS = 1000;

  public static void main(String[] args) throws Exception {
    MlflowClient client = new MlflowClient(System.getenv("MLFLOW_TRACKING_URI"));
    String experimentId = experiments(client);
    String runId = runs(client, experimentId);
    searches(client, experimentId, runId);
    context(client);
    if (args.length > 0) artifacts(client, runId, Path.of(args[0]));
    deletions(client, experimentId, runId);
    client.close();
    System.out.println("all well");
  }

  private static String experiments(MlflowClient client) {
    String id = client.createExperiment("from-java");
    client.setExperimentTag(id, "team", "risk");
    Experiment experiment = client.getExperiment(id);
    same("from-java", experiment.getName());
    same("active", experiment.getLifecycleStage());
    same("risk", experiment.getTags(0).getValue());
    client.renameExperiment(id, "from java, renamed");
    same(id, client.getExperimentByName("from java, renamed").orElseThrow().getExperimentId());
    same(false, client.getExperimentByName("from-java").isPresent());
    refused("RESOURCE_ALREADY_EXISTS", () -> client.createExperiment("from java, renamed"));
    same(true, client.searchExperiments("name LIKE 'from java%'").getItems().size() == 1);
    return id;
  }

  private static String runs(MlflowClient client, String experimentId) {
    RunInfo made = client.createRun(
        CreateRun.newBuilder().setExperimentId(experimentId).setStartTime(1_700_000_000_000L).setRunName("première").build());
    String runId = made.getRunId();
    same(RunStatus.RUNNING, made.getStatus());
    client.logParam(runId, "depth", "7");
    client.logMetric(runId, "loss", 0.5);
    client.logMetric(runId, "loss", 0.25, 1_700_000_000_001L, 2);
    client.logMetric(runId, "broken", Double.NaN, 1_700_000_000_002L, 0);
    client.setTag(runId, "kind", "forest");
    client.setTag(runId, "short", "lived");
    client.deleteTag(runId, "short");
    List<Metric> points = new ArrayList<>();
    for (int step = 0; step < POINTS; step++) {
      points.add(Metric.newBuilder().setKey("curve").setValue(step / 8.0).setTimestamp(1_700_000_000_000L + step).setStep(step).build());
    }
    client.logBatch(runId, points, List.of(), List.of());
    client.logBatch(runId, List.of(), List.of(Param.newBuilder().setKey("leaves").setValue("31").build()),
        List.of(RunTag.newBuilder().setKey("batch").setValue("yes").build()));
    client.setTerminated(runId, RunStatus.FINISHED, 1_700_000_001_000L);

    Run run = client.getRun(runId);
    same("première", run.getInfo().getRunName());
    same(RunStatus.FINISHED, run.getInfo().getStatus());
    same(1_700_000_000_000L, run.getInfo().getStartTime());
    same(1_700_000_001_000L, run.getInfo().getEndTime());
    Map<String, String> params = run.getData().getParamsList().stream().collect(Collectors.toMap(Param::getKey, Param::getValue));
    same(Map.of("depth", "7", "leaves", "31"), params);
    Map<String, Double> metrics = run.getData().getMetricsList().stream().collect(Collectors.toMap(Metric::getKey, Metric::getValue));
    same(0.25, metrics.get("loss"));
    same((POINTS - 1) / 8.0, metrics.get("curve"));
    same(true, Double.isNaN(metrics.get("broken")));
    Map<String, String> tags = run.getData().getTagsList().stream().collect(Collectors.toMap(RunTag::getKey, RunTag::getValue));
    same("forest", tags.get("kind"));
    same("yes", tags.get("batch"));
    same(null, tags.get("short"));
    List<Metric> history = client.getMetricHistory(runId, "curve");
    same(POINTS, history.size());
    for (int step = 0; step < POINTS; step++) same(step / 8.0, history.get(step).getValue());
    refused("INVALID_PARAMETER_VALUE", () -> client.logParam(runId, "depth", "8"));
    return runId;
  }

  private static void searches(MlflowClient client, String experimentId, String runId) {
    for (int nth = 0; nth < 25; nth++) client.logMetric(client.createRun(experimentId).getRunId(), "nth", nth);
    List<String> in = List.of(experimentId);
    same(runId, client.searchRuns(in, "params.depth = '7' and metrics.loss < 0.3").get(0).getRunId());
    RunsPage page = client.searchRuns(in, "metrics.nth >= 5", ViewType.ACTIVE_ONLY, 8, List.of("metrics.nth DESC"));
    List<Double> found = new ArrayList<>();
    while (true) {
      page.getItems().forEach(run -> found.add(run.getData().getMetrics(0).getValue()));
      if (!page.hasNextPage()) break;
      page = (RunsPage) page.getNextPage();
    }
    same(20, found.size());
    for (int at = 0; at < 20; at++) same(24.0 - at, found.get(at));
    refused("INVALID_PARAMETER_VALUE", () -> client.searchRuns(in, "metrics.nth ~ 5"));
  }

  private static void context(MlflowClient client) {
    MlflowContext context = new MlflowContext(client);
    client.createExperiment("of a context");
    context.setExperimentName("of a context");
    ActiveRun parent = context.startRun("parent");
    ActiveRun child = context.startRun("child", parent.getId());
    child.logParams(Map.of("a", "1", "b", "2"));
    child.logMetrics(Map.of("x", 1.0, "y", Double.POSITIVE_INFINITY), 3);
    child.setTags(Map.of("c", "3"));
    child.endRun();
    parent.endRun(RunStatus.FAILED);
    Run run = client.getRun(child.getId());
    same(2, run.getData().getParamsCount());
    same(1.0, run.getData().getMetricsList().stream().filter(m -> m.getKey().equals("x")).findFirst().orElseThrow().getValue());
    same(true, run.getData().getTagsList().stream().anyMatch(
        tag -> tag.getKey().equals("mlflow.parentRunId") && tag.getValue().equals(parent.getId())));
    same(RunStatus.FAILED, client.getRun(parent.getId()).getInfo().getStatus());
  }

  private static void artifacts(MlflowClient client, String runId, Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("notes.txt"), "héllo");
    client.logArtifact(runId, file.toFile());
    client.logArtifact(runId, file.toFile(), "deep/down");
    List<String> names = client.listArtifacts(runId).stream().map(info -> info.getPath()).sorted().collect(Collectors.toList());
    same(List.of("deep", "notes.txt"), names);
    File back = client.downloadArtifacts(runId, "deep/down/notes.txt");
    same("héllo", Files.readString(back.toPath()));
  }

  private static void deletions(MlflowClient client, String experimentId, String runId) {
    client.deleteRun(runId);
    same("deleted", client.getRun(runId).getInfo().getLifecycleStage());
    client.restoreRun(runId);
    same("active", client.getRun(runId).getInfo().getLifecycleStage());
    client.deleteExperiment(experimentId);
    same("deleted", client.getExperiment(experimentId).getLifecycleStage());
    client.restoreExperiment(experimentId);
    same("active", client.getExperiment(experimentId).getLifecycleStage());
    refused("RESOURCE_DOES_NOT_EXIST", () -> client.getRun("0123456789abcdef0123456789abcdef"));
  }

  private static void same(Object expected, Object actual) {
    if (expected == null ? actual != null : !expected.equals(actual)) {
      throw new AssertionError("expected " + expected + ", and it is " + actual);
    }
  }

  private static void refused(String code, Runnable work) {
    try {
      work.run();
    } catch (MlflowHttpException error) {
      if (error.getBodyMessage().contains(code)) return;
      throw new AssertionError("expected " + code + ", and it is " + error.getBodyMessage());
    }
    throw new AssertionError("expected " + code + ", and it was done");
  }
}
