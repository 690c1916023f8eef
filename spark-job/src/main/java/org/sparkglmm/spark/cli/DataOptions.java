package org.sparkglmm.spark.cli;

import java.io.PrintWriter;
import org.sparkglmm.spark.data.OpenTable;
import org.sparkglmm.spark.data.TableSource;
import org.sparkglmm.spark.data.TextDialect;
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

    @Option(
            names = "--separator",
            paramLabel = "SIGN",
            description = "Between the fields of text: , ; | or tab (default: ,).")
    private String separator;

    @Option(
            names = "--quote",
            paramLabel = "SIGN",
            description = "Around fields of text, doubled inside them; none where quotes are plain characters"
                    + " (default: \").")
    private String quote;

    @Option(names = "--decimal", paramLabel = "SIGN", description = "The decimal mark of text, . or , (default: .).")
    private String decimal;

    @Option(
            names = "--encoding",
            paramLabel = "NAME",
            description = "Of text, such as windows-1252 or UTF-16 (default: UTF-8).")
    private String encoding;

    @Option(
            names = "--malformed",
            paramLabel = "refuse|drop",
            description = "What becomes of rows of text with more fields than the header (default: refuse).")
    private String malformed;

    @Mixin
    private SessionOptions session;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    TableSource source() {
        return new TableSource(data, format, schema, TextDialect.of(separator, quote, decimal, encoding, malformed));
    }

    /** Says on the console what the opening of a table has found. */
    void warn(OpenTable table) {
        PrintWriter console = command.commandLine().getOut();
        table.warnings()
                .forEach(w -> console.println(
                        "Warning (" + w.code() + "): " + w.sentence().in(OptionNames::of)));
        console.flush();
    }

    boolean quiet() {
        return session.quiet();
    }

    /** Runs the work in the session that is there, or in one of its own that ends with it. */
    int run(SessionOptions.Work work) {
        return session.run(command, work);
    }
}
