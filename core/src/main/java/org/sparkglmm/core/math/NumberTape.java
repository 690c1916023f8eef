package org.sparkglmm.core.math;

import java.util.Arrays;

/** A growing row of numbers, to be read in the order they were written in. */
public final class NumberTape {
    private double[] numbers;
    private int length;
    private int next;

    public NumberTape() {
        numbers = new double[64];
    }

    /** One to be read. */
    public NumberTape(double[] numbers) {
        this.numbers = numbers.clone();
        length = numbers.length;
    }

    public void write(double value) {
        if (length == numbers.length) {
            numbers = Arrays.copyOf(numbers, 2 * length);
        }
        numbers[length++] = value;
    }

    /**
     * The next number.
     *
     * @throws IllegalStateException if there is none
     */
    public double read() {
        if (next == length) {
            throw new IllegalStateException("there are no more numbers");
        }
        return numbers[next++];
    }

    public double[] toArray() {
        return Arrays.copyOf(numbers, length);
    }
}
