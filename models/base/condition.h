// What a state means to a person, whatever it belongs to. Views give each condition a shape and a
// colour: dot, ring, triangle, square.
#pragma once

#include "slipway/v1/resources.pb.h"

#include <QString>
#include <array>
#include <cstdint>

namespace slipway::models
{

enum class Condition {
    Ready,     // works as wanted
    OnItsWay,  // between two states, moves by itself
    Attention, // works, but a person should look
    Failed,    // does not work and will not by itself
    Stopped,   // rests because somebody wants it so, or is empty
};

Condition conditionOf(v1::RoleInstance::State state);
Condition conditionOf(v1::Deployment::Status status);
Condition conditionOf(v1::Host::State state);
Condition conditionOf(v1::Operation::State state);
Condition conditionOf(v1::Severity severity);
Condition conditionOf(v1::Check::Result result);

// "Ready", "Starting", "Cycling": the field's word without its suffix.
QString stateWord(v1::RoleInstance::State state);
QString stateWord(v1::Deployment::Status status);
QString stateWord(v1::Host::State state);
QString stateWord(v1::Operation::State state);
QString slotWord(v1::SlotKind slot); // "Production", "Staging"
QString protocolWord(v1::Protocol protocol);

// How many instances are in which state; kept up to date by the store, not counted anew.
struct Tally {
    std::array<std::uint32_t, 16> by_state{};
    std::uint32_t total = 0;

    void add(v1::RoleInstance::State state);
    void remove(v1::RoleInstance::State state);
    std::uint32_t of(v1::RoleInstance::State state) const;
    std::uint32_t ready() const { return of(v1::RoleInstance::ReadyRole); }
    Tally &operator+=(const Tally &other);
    bool operator==(const Tally &) const = default;
};

struct Health {
    Condition condition = Condition::Stopped;
    QString words; // "Degraded: 1 cycling, 1 starting"
    QString word;  // "Degraded"
    bool operator==(const Health &) const = default;
};

// One look answers it: ready, degraded with counts, down, or resting.
Health healthOf(const Tally &tally);

} // namespace slipway::models
