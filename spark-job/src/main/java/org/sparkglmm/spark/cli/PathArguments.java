package org.sparkglmm.spark.cli;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.sparkglmm.core.UsageException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Paths that are none, or on no file system there is, are told by their option before anything is done. */
final class PathArguments {
    private static final Set<String> READ = Set.of("--data", "--model", "--start");
    private static final Set<String> WRITTEN = Set.of("--out", "--status");

    /** Addresses of which Java makes something, but neither folders nor files that one could write. */
    private static final Set<String> NO_FOLDERS = Set.of("http", "https", "ftp", "jar");

    private static final Pattern GLOB = Pattern.compile("[*?\\[{]");

    private PathArguments() {}

    /** Looks at every path of a command whose line has been read. */
    static void requireUsable(CommandSpec command) {
        Configuration configuration = SessionOptions.fileSystems();
        for (OptionSpec option : command.options()) {
            String name = option.longestName();
            if ((READ.contains(name) || WRITTEN.contains(name)) && option.getValue() instanceof String path) {
                if (!(name.equals("--data") && isNameOfATable(command))) {
                    requireUsable(name, path, configuration);
                }
            }
        }
        for (PositionalParamSpec folders : command.positionalParameters()) {
            if (folders.paramLabel().equals("DIR") && folders.getValue() instanceof List<?> list) {
                list.forEach(folder -> requireUsable(command.name(), String.valueOf(folder), configuration));
            }
        }
    }

    /** The folder in which a pattern of names begins. */
    private static String aboveGlob(String path) {
        Matcher glob = GLOB.matcher(path);
        if (!glob.find()) {
            return path;
        }
        String before = path.substring(0, glob.start());
        int slash = before.lastIndexOf('/');
        return slash < 0 ? "." : before.substring(0, slash + 1);
    }

    private static boolean isNameOfATable(CommandSpec command) {
        return Optional.ofNullable(command.findOption("--format"))
                .map(ArgSpec::<Object>getValue)
                .filter("table"::equals)
                .isPresent();
    }

    private static void requireUsable(String option, String text, Configuration configuration) {
        if (text.isBlank()) {
            throw new UsageException(option + ": the path is empty");
        }
        String refused = option + ": '" + text + "' ";
        if (text.indexOf('\0') >= 0) {
            throw new UsageException(refused + "is no path: it holds a character of code 0");
        }
        Path path;
        try {
            path = new Path(text);
        } catch (IllegalArgumentException e) {
            throw new UsageException(
                    refused + "is no path: what stands before a ':' names a file system, and an absolute"
                            + " path follows; for a file of this machine take another name");
        }
        String scheme = path.toUri().getScheme();
        if ("file".equals(scheme) && path.toUri().getAuthority() != null) {
            throw new UsageException(refused + "names a machine; a path of this one begins with file:///");
        }
        if (WRITTEN.contains(option) && String.valueOf(path.toUri().getPath()).indexOf(':') >= 0) {
            throw new UsageException(
                    refused + "holds a ':', which Hadoop's file systems cannot have in a name; take another");
        }
        if (scheme != null && NO_FOLDERS.contains(scheme.toLowerCase(Locale.ROOT))) {
            throw new UsageException(refused + "is no file or folder that can be used: copy it to a file system first");
        }
        if (READ.contains(option)) {
            Encoding.requireNames(new Path(aboveGlob(text)));
        }
        try {
            path.getFileSystem(configuration);
        } catch (UnsupportedFileSystemException e) {
            throw new UsageException(refused + "is on a file system that is not known here: '" + scheme
                    + ":' needs its connector on the classpath; a file of this machine has no ':' in its path");
        } catch (IOException | IllegalArgumentException | UnsupportedOperationException e) {
            if (option.equals("--status") && Infrastructure.explain(e).isPresent()) {
                // The run goes on without it, and says so in the end.
                return;
            }
            if (Infrastructure.explain(e).isPresent()) {
                throw new IllegalStateException(e);
            }
            throw new UsageException(refused + "is no address that its file system understands ("
                    + e.getClass().getSimpleName() + ")");
        }
    }
}
