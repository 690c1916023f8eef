/** The commands, their options, messages and exit codes. Only this package ends the process. */
package org.sparkglmm.spark.cli;
