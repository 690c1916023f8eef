package org.sparkglmm.spark.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.SparkSession;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.spark.engine.SparkSessions;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Options of every command that needs a Spark session, and the session. */
final class SessionOptions {
    /** What a short local run does not need, and settings without which Spark is slow on small data. */
    private static final Map<String, String> LOCAL = Map.of(
            "spark.ui.enabled", "false",
            "spark.ui.showConsoleProgress", "false",
            "spark.driver.host", "127.0.0.1",
            "spark.driver.bindAddress", "127.0.0.1",
            // Of a task without memory Spark ends the process, before anyone can say why; so it fails as other tasks
            // do.
            "spark.executor.killOnFatalError.depth", "0",
            "spark.sql.shuffle.partitions", "8",
            "spark.sql.adaptive.enabled", "true");

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "A file of lines 'option = value'; the command line wins.")
    private String config;

    @Option(names = "--master", description = "Spark master (default: spark-submit's, else local[*]).")
    private String master;

    @Option(names = "--stacktrace", description = "On an unexpected error print the stack trace.")
    private boolean stacktrace;

    @Option(names = "--quiet", description = "No progress on the console.")
    private boolean quiet;

    boolean quiet() {
        return quiet;
    }

    /** What a command does in a session. */
    interface Work {
        int in(SparkSession spark);
    }

    /** Runs a command's work in the session that is there, or in one of its own that ends with it. */
    int run(CommandSpec command, Work work) {
        if (command.defaultValueProvider() instanceof ConfigFile file) {
            file.requireUnderstood(command.parent().commandLine());
        }
        return run(master, work);
    }

    /** The same for a master that is known. */
    static int run(String master, Work work) {
        Optional<SparkSession> others = Main.sessionOfOthers();
        if (others.isPresent()) {
            SparkSessions.requireRdds(others.get());
            return work.in(others.get());
        }
        SparkSession spark = start(master);
        try {
            return work.in(spark);
        } finally {
            spark.stop();
        }
    }

    /** Spark's file systems without a session, which would take longer to start than reading a model. */
    static Configuration fileSystems() {
        return SparkHadoopUtil.get().newConfiguration(new SparkConf());
    }

    private static SparkSession start(String master) {
        SparkConf conf = new SparkConf();
        String chosen = master != null ? master : conf.get("spark.master", "local[*]");
        conf.setMaster(chosen);
        if (!conf.contains("spark.app.name")) {
            conf.setAppName("spark-glmm");
        }
        if (!conf.contains("spark.sql.legacy.javaCharsets")) {
            // Spark 4 knows some seven encodings of text without it, and windows-1252 is none of them.
            conf.set("spark.sql.legacy.javaCharsets", "true");
        }
        // Off before Spark 4, on since: expressions inside I( ) shall mean the same on both, a value left undefined is
        // a missing one.
        if (!conf.contains("spark.sql.ansi.enabled")) {
            conf.set("spark.sql.ansi.enabled", "false");
        }
        if (chosen.toLowerCase(Locale.ROOT).startsWith("local")) {
            LOCAL.forEach((key, value) -> {
                if (!conf.contains(key)) {
                    conf.set(key, value);
                }
            });
        }
        LocalDoors.close(conf);
        Set<Path> before = LocalDoors.before();
        try {
            SparkSession spark = SparkSession.builder().config(conf).getOrCreate();
            LocalDoors.closeNew(before);
            return spark;
        } catch (Exception e) {
            String message = String.valueOf(e.getMessage());
            if (message.contains("Could not parse Master URL") || message.contains("Asked to run locally with")) {
                throw new UsageException("--master: '" + chosen + "' is none that Spark knows; such are local[4], yarn,"
                        + " spark://host:7077");
            }
            throw e;
        }
    }
}
