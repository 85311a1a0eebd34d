/**
 * Auto-configuration for Spring Boot: a {@link dev.grapevine.Grapevine} bean from {@code grapevine.*} properties, its
 * place in the application's life, health, meters, an actuator endpoint, and JSON by the application's own mapper.
 */
@NullMarked
package dev.grapevine.spring;

import org.jspecify.annotations.NullMarked;
