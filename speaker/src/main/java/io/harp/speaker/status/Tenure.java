package io.harp.speaker.status;

import io.harp.model.Address;
import io.harp.model.MacAddress;
import io.harp.model.ServiceKey;
import java.util.List;
import java.util.Optional;

/**
 * A Service's addresses are answered here, since when and why: what a move is recorded as.
 *
 * @param interfaces where, by name
 * @param sinceMs wall clock
 * @param conflict what is wrong while a host that is no speaker claims one of the addresses
 */
public record Tenure(
    ServiceKey service,
    List<Address> addresses,
    List<String> interfaces,
    MacAddress mac,
    String epoch,
    long sinceMs,
    String reason,
    Optional<String> conflict) {}
