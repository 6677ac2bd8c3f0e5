// How much one agent may say in a time. What is too much is dropped and counted, or has to wait
// where it costs nobody but the instance itself. Pure: time comes in as an argument.
#pragma once

#include <cstdint>

namespace slipway::host
{

// A bucket that fills steadily up to `most`.
class Budget
{
public:
    Budget(double most, double per_second) : m_most(most), m_per_second(per_second), m_left(most) {}

    // False, and nothing taken, when there is not enough.
    bool take(std::int64_t now_ms, double amount = 1);
    // Takes it in any case. False: it is overdrawn, and nothing more should be taken for now.
    bool overdraw(std::int64_t now_ms, double amount);
    bool isOverdrawn(std::int64_t now_ms);

private:
    void fill(std::int64_t now_ms);

    double m_most;
    double m_per_second;
    double m_left;
    std::int64_t m_filled_ms = -1;
};

class ReportGate
{
public:
    // The burst of a start with many endpoints and warnings, and then a calm agent's pace.
    Budget statuses{40, 2};
    Budget happenings{24, 0.5};
    Budget samples{5, 2};
    Budget endpoints{200, 20};

    // Everything that comes, as bytes and as messages. False: read nothing more for now.
    bool admit(std::int64_t now_ms, std::size_t bytes);
    bool mayReadOn(std::int64_t now_ms);

    void drop() { ++m_dropped; }
    // How many were dropped since it was last told; told at most every ten seconds, else 0.
    std::uint64_t takeDropped(std::int64_t now_ms);

private:
    Budget m_bytes{16.0 * 1024 * 1024, 4.0 * 1024 * 1024};
    Budget m_messages{4'000, 1'000};
    std::uint64_t m_dropped = 0;
    std::int64_t m_told_ms = -1;
};

} // namespace slipway::host
