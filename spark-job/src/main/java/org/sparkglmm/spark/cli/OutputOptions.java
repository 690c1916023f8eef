package org.sparkglmm.spark.cli;

import org.apache.hadoop.conf.Configuration;
import org.sparkglmm.spark.output.OutputFolder;
import picocli.CommandLine.Option;

/** What becomes of a folder that is already there, for every command that writes one. */
final class OutputOptions {
    @Option(
            names = "--on-exists",
            defaultValue = "error",
            description = "error or overwrite (what this program wrote before; default: ${DEFAULT-VALUE}).")
    private String onExists;

    /**
     * Begins a folder.
     *
     * @param inputs what is read, and so may not be written to
     */
    OutputFolder begin(String out, Configuration configuration, String... inputs) {
        return OutputFolder.begin(out, onExists, configuration, inputs);
    }
}
