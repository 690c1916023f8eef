package org.sparkglmm.spark.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.spark.output.OutputFolder;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Nothing is written where something is read: the options that name places are compared before any of them is touched. */
final class WrittenAndRead {
    private static final List<String> READ = List.of("--data", "--model", "--start", "--config");

    private WrittenAndRead() {}

    /** {@link UsageException} if the folder of the results is, contains or lies in what is read. */
    static void requireApart(ParseResult parsed) {
        Map<String, String> options = places(parsed);
        String out = options.remove("--out");
        options.remove("--status");
        // A report is a file, which replaces none, in a folder of one's choice.
        if (out != null && !parsed.subcommand().commandSpec().name().equals("report")) {
            Configuration files = SessionOptions.fileSystems();
            options.values().forEach(read -> {
                if (touch(out, read, files)) {
                    throw new UsageException("--out: " + out + " is, contains or lies inside " + read
                            + ", which is read; choose another folder");
                }
            });
        }
    }

    /**
     * The same for the file of the status: it may neither come to lie among files that are read, nor where the results will. One that is
     * there and is no status is never replaced, whatever it is.
     */
    static void requireStatusApart(ParseResult parsed) {
        Map<String, String> options = places(parsed);
        String status = options.remove("--status");
        if (status == null) {
            return;
        }
        Configuration files = SessionOptions.fileSystems();
        options.forEach((option, path) -> {
            if (option.equals("--out") ? touch(status, path, files) : isInside(status, path, files)) {
                throw new UsageException("--status: " + status + " is or lies inside " + path + ", the place of "
                        + option + "; choose another file");
            }
        });
    }

    private static Map<String, String> places(ParseResult parsed) {
        Map<String, String> out = new LinkedHashMap<>();
        if (!parsed.hasSubcommand()) {
            return out;
        }
        CommandSpec command = parsed.subcommand().commandSpec();
        List<String> names = new ArrayList<>(READ);
        names.addAll(List.of("--out", "--status"));
        boolean table = "table".equalsIgnoreCase(value(command, "--format")) && command.findOption("--data") != null;
        for (String name : names) {
            String path = value(command, name);
            // The name of a table in a catalogue is no path.
            if (path != null && !path.isBlank() && !(table && name.equals("--data"))) {
                out.put(name, path);
            }
        }
        return out;
    }

    private static String value(CommandSpec command, String option) {
        OptionSpec spec = command.findOption(option);
        return spec == null || !(spec.getValue() instanceof String value) ? null : value;
    }

    private static boolean isInside(String a, String b, Configuration files) {
        try {
            return OutputFolder.inside(a, b, files);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean touch(String a, String b, Configuration files) {
        try {
            return OutputFolder.touch(a, b, files);
        } catch (IllegalArgumentException e) {
            // No path at all, which whoever uses it will say.
            return false;
        }
    }
}
