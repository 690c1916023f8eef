package org.sparkglmm.spark.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.fit.FitListener;
import org.sparkglmm.core.fit.FitResult;
import org.sparkglmm.spark.data.BoundTable;
import org.sparkglmm.spark.data.InputFiles;
import org.sparkglmm.spark.data.InputFiles.InputFile;
import org.sparkglmm.spark.data.TableSource;
import org.sparkglmm.spark.engine.SparkSessions;

/**
 * manifest.json, for an audit: what was asked for, which files it was read from, what became of the rows, how the fit went, and what was
 * written. It holds what differs from run to run (time, machine, paths, versions) and so is no part of the results proper.
 */
public final class Manifest implements FitListener {
    /** The file's name in an output folder. */
    public static final String NAME = "manifest.json";

    private static final ObjectMapper MAPPER = Visible.jsonMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /** Settings that bear on what is read, how long it takes and what survives. A list, since any other may hold a secret. */
    private static final List<String> SPARK_SETTINGS = List.of(
            "spark.submit.deployMode",
            "spark.driver.memory",
            "spark.executor.instances",
            "spark.executor.cores",
            "spark.executor.memory",
            "spark.executor.memoryOverhead",
            "spark.memory.fraction",
            "spark.dynamicAllocation.enabled",
            "spark.dynamicAllocation.maxExecutors",
            "spark.shuffle.service.enabled",
            "spark.speculation",
            "spark.serializer",
            "spark.task.cpus",
            "spark.task.maxFailures",
            "spark.sql.shuffle.partitions",
            "spark.sql.adaptive.enabled",
            "spark.sql.ansi.enabled",
            "spark.sql.caseSensitive",
            "spark.sql.session.timeZone",
            "spark.sql.files.maxPartitionBytes",
            "spark.sql.files.ignoreCorruptFiles",
            "spark.sql.files.ignoreMissingFiles",
            "spark.sql.parquet.mergeSchema");

    private final SparkSession spark;
    private final TableSource source;
    private final InputFiles inputs;
    private final Map<String, String> settings;
    private final Instant started = Instant.now();
    private final ArrayNode trail = MAPPER.createArrayNode();

    /** @param settings what was asked for, by the names of the options */
    public Manifest(SparkSession spark, TableSource source, InputFiles inputs, Map<String, String> settings) {
        this.spark = spark;
        this.source = source;
        this.inputs = inputs;
        this.settings = settings;
    }

    @Override
    public void stage(String name) {
        trail.addObject().put("seconds", seconds()).put("stage", name);
    }

    @Override
    public void pass(int pass, int points, double logLikelihood, double gradientNorm) {
        ObjectNode node = trail.addObject().put("seconds", seconds()).put("pass", pass);
        if (points > 1) {
            node.put("points", points);
        }
        if (Double.isFinite(logLikelihood)) {
            node.put("logLik", logLikelihood).put("gradientNorm", gradientNorm);
        }
    }

    private double seconds() {
        return (Instant.now().toEpochMilli() - started.toEpochMilli()) / 1000.0;
    }

    /**
     * Writes the file.
     *
     * @param folder with everything in it but this file and the model
     * @param personsDropped whose every row was incomplete
     * @param model the text of the model file to come
     */
    public void write(
            OutputFolder folder,
            FitResult fit,
            BoundTable.RowCounts counts,
            long personsDropped,
            List<Warning> warnings,
            String model) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("program", "spark-glmm " + ModelFile.version());
        root.put("formula", settings.get("formula"));
        ObjectNode options = root.putObject("options");
        settings.forEach(options::put);
        input(root.putObject("input"), fit, counts, personsDropped);
        root.put("status", fit.converged() ? "converged" : "not_converged");
        ArrayNode warningList = root.putArray("warnings");
        warnings.forEach(w -> warningList.addObject().put("code", w.code()).put("message", w.message()));
        root.put("started", started.toString());
        root.put("finished", Instant.now().toString());
        root.put("seconds", seconds());
        root.put("passes", fit.optimizer().passes());
        ObjectNode versions = root.putObject("versions");
        versions.put("spark", spark.version());
        versions.put("java", System.getProperty("java.version"));
        versions.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        root.put("master", spark.conf().get("spark.master"));
        root.put("applicationId", spark.conf().get("spark.app.id"));
        root.put("parallelism", SparkSessions.cores(spark));
        ObjectNode sparkSettings = root.putObject("sparkSettings");
        for (String key : SPARK_SETTINGS) {
            String value = key.startsWith("spark.sql.")
                    ? spark.conf().get(key)
                    : spark.conf().get(key, "");
            if (!value.isEmpty()) {
                sparkSettings.put(key, value);
            }
        }
        root.set("trail", trail);
        try {
            outputs(root.putArray("outputs"), folder, model);
            folder.write(NAME, MAPPER.writeValueAsString(root) + "\n");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new OutputFolder.NotWritable(new Path(folder.part(NAME)), e);
        }
    }

    private void input(ObjectNode into, FitResult fit, BoundTable.RowCounts counts, long personsDropped) {
        into.put("data", InputFiles.withoutSecrets(source.path()));
        into.put("format", source.format());
        into.put("schema", source.schema());
        into.put("dialect", source.dialect().text());
        into.put("rows", counts.total());
        into.put("rowsUsed", fit.observations());
        into.put("personsUsed", fit.clusters());
        into.put("rowsDropped", counts.dropped());
        into.put("rowsMalformed", counts.malformed());
        into.put("personsDropped", personsDropped);
        into.put("rowsOfWeightZero", counts.complete() - fit.observations());
        ObjectNode missing = into.putObject("missing");
        counts.missing().forEach(missing::put);
        into.put("rowsFingerprint", Long.toHexString(fit.fingerprint()));
        files(into.putArray("files"));
    }

    private void files(ArrayNode into) {
        for (InputFile file : inputs.files()) {
            into.addObject()
                    .put("path", file.path())
                    .put("bytes", file.bytes())
                    .put("modified", Instant.ofEpochMilli(file.modified()).toString())
                    .put("fingerprint", file.fingerprint());
        }
    }

    /** Names, lengths and SHA-256 of what was written; the model's as it will be. */
    private static void outputs(ArrayNode into, OutputFolder folder, String model) throws IOException {
        List<FileStatus> written = new ArrayList<>(folder.settle());
        written.removeIf(file -> isHidden(file.getPath().getName()));
        written.sort(Comparator.comparing(FileStatus::getPath));
        Path root = new Path(folder.staging());
        List<ObjectNode> nodes = written.stream()
                .parallel()
                .map(file -> MAPPER.createObjectNode()
                        .put(
                                "file",
                                root.toUri().relativize(file.getPath().toUri()).getPath())
                        .put("bytes", file.getLen())
                        .put("sha256", InputFiles.sha256(folder.files(), file.getPath())))
                .toList();
        nodes.forEach(into::add);
        into.addObject()
                .put("file", ModelFile.NAME)
                .put("bytes", model.getBytes(StandardCharsets.UTF_8).length)
                .put("sha256", InputFiles.sha256(model));
    }

    /**
     * Notes that a file of a folder was written anew.
     *
     * @return the length of the manifest now
     */
    static long rewrite(FileSystem files, Path folder, String name, byte[] content) throws IOException {
        Path file = new Path(folder, NAME);
        JsonNode root;
        try (InputStream in = files.open(file)) {
            root = MAPPER.readTree(in);
        }
        for (JsonNode output : root.path("outputs")) {
            if (output instanceof ObjectNode entry
                    && entry.path("file").asText().equals(name)) {
                entry.put("bytes", content.length).put("sha256", InputFiles.sha256(content));
            }
        }
        String text = MAPPER.writeValueAsString(root) + "\n";
        OutputFile.write(file.toString(), text, true, files.getConf());
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static boolean isHidden(String name) {
        return name.startsWith("_") || name.startsWith(".");
    }

    /**
     * Whether a folder that is there holds what would be written now: the same options, and the same files to read.
     *
     * @return the status of its model
     * @throws OutputFolder.Exists if it does not, or if that cannot be told
     */
    public String requireSame(OutputFolder folder) {
        JsonNode before;
        try (InputStream in = folder.files().open(new Path(folder.target(), NAME))) {
            before = MAPPER.readTree(in);
        } catch (IOException e) {
            throw differs(folder, "in a way that its manifest does not tell");
        }
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            if (!before.path("options").path(setting.getKey()).asText().equals(setting.getValue())) {
                throw differs(folder, "with another value of --" + setting.getKey());
            }
        }
        requireSameReading(folder, before.path("input"));
        ArrayNode now = MAPPER.createArrayNode();
        files(now);
        boolean known = inputs.files().stream().noneMatch(file -> file.bytes() < 0);
        if (now.isEmpty() || !known || !sameFiles(now, before.path("input").path("files"))) {
            throw differs(folder, "from other files, or they have changed since");
        }
        requireUntouched(folder, before.path("outputs"));
        return before.path("status").asText();
    }

    /** The same files may be other rows under another schema, or with another separator. */
    private void requireSameReading(OutputFolder folder, JsonNode input) {
        String schema = source.schema() == null ? "" : source.schema();
        if (!input.path("schema").asText("").equals(schema)) {
            throw differs(folder, "with another value of --schema");
        }
        if (!input.path("dialect").asText("").equals(source.dialect().text())) {
            throw differs(folder, "with other values of --separator, --quote, --decimal, --encoding or --malformed");
        }
    }

    /**
     * A file of a folder is what the fit wrote, as far as a manifest beside it says; a copy without one is taken as it is.
     *
     * @throws DataException if not
     */
    static void requireWritten(FileSystem files, Path folder, String name, byte[] content) throws IOException {
        Path file = new Path(folder, NAME);
        if (!files.exists(file)) {
            return;
        }
        JsonNode root;
        try (InputStream in = files.open(file)) {
            root = MAPPER.readTree(in);
        } catch (JsonProcessingException e) {
            return;
        }
        for (JsonNode output : root.path("outputs")) {
            if (output.path("file").asText().equals(name)
                    && !output.path("sha256").asText().equals(InputFiles.sha256(content))) {
                throw new DataException("the " + name + " in " + folder + " is not what the fit wrote, as the " + NAME
                        + " beside it says: it was changed or replaced; fit it again, or, if you changed it on purpose,"
                        + " take the " + NAME + " away");
            }
        }
    }

    /** What was written is what is there. */
    private static void requireUntouched(OutputFolder folder, JsonNode outputs) {
        for (JsonNode output : outputs) {
            String name = output.path("file").asText();
            Path file = new Path(folder.target(), name);
            boolean same;
            try {
                same = folder.files().getFileStatus(file).getLen()
                                == output.path("bytes").asLong()
                        && InputFiles.sha256(folder.files(), file)
                                .equals(output.path("sha256").asText());
            } catch (IOException | UncheckedIOException e) {
                same = false;
            }
            if (!same) {
                throw new OutputFolder.Exists(
                        folder.target(),
                        ", but its " + name + " is not what was written; use --on-exists overwrite to make it again");
            }
        }
    }

    /** Whether as many files have the same names, lengths and contents; times matter where contents are not known. */
    private static boolean sameFiles(ArrayNode now, JsonNode before) {
        boolean same = now.size() == before.size();
        for (int i = 0; same && i < now.size(); i++) {
            boolean known = !text(now, i, "fingerprint").isEmpty();
            for (String what : List.of("path", "bytes", known ? "fingerprint" : "modified")) {
                same &= text(now, i, what).equals(text(before, i, what));
            }
        }
        return same;
    }

    private static String text(JsonNode files, int i, String what) {
        return files.path(i).path(what).asText();
    }

    private static OutputFolder.Exists differs(OutputFolder folder, String difference) {
        return new OutputFolder.Exists(
                folder.target(),
                " and is complete, but was made " + difference + "; use --on-exists overwrite to replace it");
    }
}
