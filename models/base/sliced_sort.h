// A stable merge sort that can be left and taken up again: each step is short, whatever there is to
// sort.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace slipway::models
{

template <typename T> class SlicedSort
{
public:
    void start(std::vector<T> items)
    {
        m_items = std::move(items);
        m_merged.clear();
        m_width = 0;
        m_next = 0;
    }
    // One short run, or a piece of a merge. False: everything is in order. The same order must be
    // given each time, and nothing that it looks at may change in between.
    template <typename Less> bool step(const Less &less)
    {
        return m_width == 0 ? sortRun(less) : m_width < m_items.size() && mergePiece(less);
    }
    std::vector<T> take() { return std::exchange(m_items, {}); }

private:
    static constexpr std::size_t kRun = 1024;

    template <typename Less> bool sortRun(const Less &less)
    {
        const auto end = std::min(m_next + kRun, m_items.size());
        std::stable_sort(at(m_next), at(end), less);
        m_next = end;
        if (m_next == m_items.size()) {
            beginPass(kRun);
        }
        return true;
    }
    // At most kRun items from the pair of runs under work.
    template <typename Less> bool mergePiece(const Less &less)
    {
        const auto middle = std::min(m_next + m_width, m_items.size());
        const auto end = std::min(m_next + 2 * m_width, m_items.size());
        for (std::size_t i = 0; i < kRun && (m_left < middle || m_right < end); ++i) {
            const bool right =
                m_left == middle || (m_right < end && less(m_items[m_right], m_items[m_left]));
            m_merged.push_back(m_items[right ? m_right++ : m_left++]);
        }
        if (m_left == middle && m_right == end) {
            beginPair(end);
        }
        if (m_next == m_items.size()) {
            m_items.swap(m_merged);
            beginPass(2 * m_width);
        }
        return true;
    }
    void beginPass(std::size_t width)
    {
        m_width = width;
        m_merged.clear();
        m_merged.reserve(m_items.size());
        beginPair(0);
    }
    void beginPair(std::size_t first)
    {
        m_next = first;
        m_left = first;
        m_right = std::min(first + m_width, m_items.size());
    }
    auto at(std::size_t place) { return m_items.begin() + static_cast<std::ptrdiff_t>(place); }

    std::vector<T> m_items;
    std::vector<T> m_merged;
    std::size_t m_width = 0; // of the runs that are in order; 0: runs are being made
    std::size_t m_next = 0;
    std::size_t m_left = 0;
    std::size_t m_right = 0;
};

} // namespace slipway::models
