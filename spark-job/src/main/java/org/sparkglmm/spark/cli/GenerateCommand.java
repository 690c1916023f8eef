package org.sparkglmm.spark.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import org.sparkglmm.spark.data.RegistryGenerator;
import org.sparkglmm.spark.engine.SparkSessions;
import org.sparkglmm.spark.output.OutputFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code generate}: a registry-like table with known truth, to try the program on. */
@Command(
        name = "generate",
        mixinStandardHelpOptions = true,
        description = "Write a registry-like table of visits with known truth.")
final class GenerateCommand implements Callable<Integer> {
    @Option(names = "--persons", defaultValue = "10000", description = "Number of persons (default: ${DEFAULT-VALUE}).")
    private long persons;

    @Option(
            names = "--visits",
            defaultValue = "5",
            description = "Planned visits a person (default: ${DEFAULT-VALUE}).")
    private int visits;

    @Option(
            names = "--dropout",
            defaultValue = "0",
            description = "Chance of dropping out after each visit (default: ${DEFAULT-VALUE}).")
    private double dropout;

    @Option(
            names = "--missing",
            defaultValue = "0",
            description = "Chance that a value of bmi is missing (default: ${DEFAULT-VALUE}).")
    private double missing;

    @Option(names = "--seed", defaultValue = "1", description = "Same seed, same table (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--files", defaultValue = "2", description = "Number of files (default: ${DEFAULT-VALUE}).")
    private int files;

    @Option(names = "--format", defaultValue = "parquet", description = "parquet or csv (default: ${DEFAULT-VALUE}).")
    private String format;

    @Mixin
    private OutputOptions output;

    @Option(names = "--master", description = "Spark master (default: spark-submit's, else local[*]).")
    private String master;

    @Option(names = "--stacktrace", description = "On an unexpected error print the stack trace.")
    private boolean stacktrace;

    @Option(names = "--out", required = true, paramLabel = "DIR")
    private String out;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        RegistryGenerator generator = new RegistryGenerator(persons, visits, dropout, missing, seed);
        return SessionOptions.run(master, spark -> generate(spark, generator));
    }

    private int generate(SparkSession spark, RegistryGenerator generator) {
        OutputFolder folder = output.begin(out, SparkSessions.hadoop(spark));
        try {
            generator
                    .table(spark, files)
                    .write()
                    .mode("append")
                    .option("header", "true")
                    .format(format)
                    .save(folder.staging());
            OutputOptions.commit(folder, spec);
        } finally {
            folder.abandon();
        }
        PrintWriter console = spec.commandLine().getOut();
        console.println("Wrote " + out + ". The truth behind it:");
        console.print(RegistryGenerator.truth() + System.lineSeparator());
        console.flush();
        return ExitCode.OK;
    }
}
