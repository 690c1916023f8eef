package org.sparkglmm.core;

import java.io.Serializable;

/**
 * Something the user must know about a fit.
 *
 * @param code stable, for programs
 * @param message one sentence, with what to do
 */
public record Warning(String code, String message) implements Serializable {}
