package org.sparkglmm.spark.cli;

import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.sparkglmm.spark.data.TableSource;
import org.sparkglmm.spark.output.OutputFolder;
import org.sparkglmm.spark.output.OutputFolder.OnExists;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What becomes of a folder that is already there, for every command that writes one. */
final class OutputOptions {
    @Option(
            names = "--on-exists",
            defaultValue = "error",
            description =
                    "error, overwrite (what this program wrote before) or, for fit, resume (go on from the checkpoint of"
                            + " an attempt that was cut off; what is complete stays; default: ${DEFAULT-VALUE}).")
    private String onExists;

    /**
     * Begins a folder.
     *
     * @param inputs what is read, and so may not be written to
     */
    OutputFolder begin(String out, Configuration configuration, String... inputs) {
        return OutputFolder.begin(out, OnExists.named(onExists, false), configuration, inputs);
    }

    /** The same for what can be resumed. */
    OutputFolder beginOrResume(String out, Configuration configuration, String... inputs) {
        return OutputFolder.begin(out, OnExists.named(onExists, true), configuration, inputs);
    }

    /** A table's files, as far as a path tells them, and other places that are read. */
    static String[] read(TableSource source, String... others) {
        // The name of a table in a catalogue is no path.
        Stream<String> table = source.format().equals("table") ? Stream.empty() : Stream.of(source.path());
        return Stream.concat(table, Arrays.stream(others)).toArray(String[]::new);
    }

    /** Gives the folder its name, and tells what somebody must know of the one that it replaced. */
    static void commit(OutputFolder folder, CommandSpec spec) {
        folder.commit();
        say(folder.kept(), spec);
    }

    static void say(String kept, CommandSpec spec) {
        if (!kept.isEmpty()) {
            spec.commandLine().getErr().println("note: " + kept);
        }
    }
}
