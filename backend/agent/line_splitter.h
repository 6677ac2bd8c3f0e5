// Cuts a program's output into lines that the contract can carry.
#pragma once

#include "backend/sys/text.h"

#include <functional>
#include <string>
#include <string_view>

namespace slipway::agent
{

using sys::toUtf8;

class LineSplitter
{
public:
    static constexpr std::size_t kLineBytesMax = 16 * 1024; // longer ones come in pieces
    using OnLine = std::function<void(std::string)>;

    explicit LineSplitter(OnLine on_line) : m_on_line(std::move(on_line)) {}
    void feed(std::string_view bytes);
    void finish(); // emits a last line without an end

private:
    void emit();

    OnLine m_on_line;
    std::string m_line;
};

} // namespace slipway::agent
