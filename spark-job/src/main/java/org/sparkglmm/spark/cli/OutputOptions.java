package org.sparkglmm.spark.cli;

import org.apache.hadoop.conf.Configuration;
import org.sparkglmm.spark.output.OutputFolder;
import org.sparkglmm.spark.output.OutputFolder.OnExists;
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
}
