package org.sparkglmm.spark.cli;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.sparkglmm.core.UsageException;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * {@code --config FILE}: lines {@code option = value} with the options' long names, for pipelines. The command line wins.
 */
final class ConfigFile implements CommandLine.IDefaultValueProvider {
    private final Properties values;
    private final String failure;

    private ConfigFile(Properties values, String failure) {
        this.values = values;
        this.failure = failure;
    }

    /** Why the file could not be read, or null. */
    String failure() {
        return failure;
    }

    /** The provider for these arguments; one without values if they name no file. */
    static CommandLine.IDefaultValueProvider provider(String[] arguments) {
        String file = null;
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].equals("--config") && i + 1 < arguments.length) {
                file = arguments[i + 1];
            } else if (arguments[i].startsWith("--config=")) {
                file = arguments[i].substring("--config=".length());
            }
        }
        Properties values = new Properties();
        String failure = null;
        if (file != null) {
            try (Reader reader = Files.newBufferedReader(Path.of(file), StandardCharsets.UTF_8)) {
                values.load(reader);
            } catch (NoSuchFileException e) {
                failure = "--config: there is no file " + file;
            } catch (AccessDeniedException e) {
                failure = "--config: " + file + " may not be read";
            } catch (CharacterCodingException e) {
                failure = "--config: " + file + " holds bytes that are not UTF-8; write it in UTF-8";
            } catch (IllegalArgumentException e) {
                failure = "--config: " + file
                        + " cannot be read: a \\u in it is not followed by four hexadecimal digits (a"
                        + " backslash is written \\\\), or its name is no path";
            } catch (IOException e) {
                failure = "--config: " + file + (Files.isDirectory(Path.of(file)) ? " is a folder" : " cannot be read");
            }
        }
        return new ConfigFile(values, failure);
    }

    @Override
    public String defaultValue(ArgSpec argument) {
        if (argument instanceof OptionSpec option && option.longestName().startsWith("--")) {
            return values.getProperty(option.longestName().substring(2));
        }
        return null;
    }

    /**
     * @param program the command with all its subcommands, which may share a file
     * @throws UsageException if the file could not be read or names an option that no command has
     */
    void requireUnderstood(CommandLine program) {
        if (failure != null) {
            throw new UsageException(failure);
        }
        Set<String> unknown = new TreeSet<>(values.stringPropertyNames());
        for (CommandLine command : program.getSubcommands().values()) {
            command.getCommandSpec()
                    .options()
                    .forEach(o -> unknown.remove(o.longestName().replaceFirst("^--", "")));
        }
        if (!unknown.isEmpty()) {
            throw new UsageException("--config: unknown option " + String.join(", ", unknown));
        }
    }
}
