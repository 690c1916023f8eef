package org.sparkglmm.spark.cli;

import org.sparkglmm.spark.data.TableSource;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Options of every command that reads a table. */
final class DataOptions {
    @Option(
            names = "--data",
            required = true,
            paramLabel = "PATH",
            description = "The table: a path, or a name for format table.")
    private String data;

    @Option(
            names = "--format",
            description = "parquet, csv, orc, delta or table (default: by the path's ending, else parquet).")
    private String format;

    @Option(
            names = "--schema",
            paramLabel = "DDL",
            description =
                    "Column types of csv, e.g. 'id STRING, y INT' (default: inferred). Other formats have their own.")
    private String schema;

    @Mixin
    private SessionOptions session;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    TableSource source() {
        return new TableSource(data, format, schema);
    }

    boolean quiet() {
        return session.quiet();
    }

    /** Runs the work in the session that is there, or in one of its own that ends with it. */
    int run(SessionOptions.Work work) {
        return session.run(command, work);
    }
}
