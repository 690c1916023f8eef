package org.sparkglmm.core;

/** What a front end calls the settings, as its users write them. */
@FunctionalInterface
public interface SettingNames {
    /**
     * A setting.
     *
     * @param value that it should have; empty for the setting itself
     */
    String of(Setting setting, String value);
}
