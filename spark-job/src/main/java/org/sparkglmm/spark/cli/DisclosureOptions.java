package org.sparkglmm.spark.cli;

import org.sparkglmm.spark.output.SmallCounts;
import picocli.CommandLine.Option;

/** What of the persons behind the numbers people may see. */
final class DisclosureOptions {
    @Option(
            names = "--min-cell-count",
            paramLabel = "N",
            defaultValue = "5",
            description = "Counts below it are masked in what people read (default: ${DEFAULT-VALUE}).")
    private int minCellCount;

    int minCellCount() {
        return minCellCount;
    }

    SmallCounts counts() {
        return new SmallCounts(minCellCount);
    }
}
