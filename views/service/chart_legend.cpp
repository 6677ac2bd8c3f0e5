#include "views/service/chart_legend.h"

#include "views/widgets/metric_chart.h"
#include "views/widgets/plain_tip.h"

#include <QPainter>

namespace slipway::views
{

namespace
{

constexpr int kRow = 20;
constexpr int kDot = 8;
constexpr int kGap = 16;
constexpr int kEntryMax = 200;

} // namespace

ChartLegend::ChartLegend(const Theme &theme, QWidget *parent) : QWidget(parent), m_theme(theme)
{
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    connect(&theme, &Theme::changed, this, [this] { update(); });
}

void ChartLegend::setNames(const QStringList &names)
{
    m_names = names;
    setVisible(names.size() > 1);
    setToolTip(plainTip(names.join(u'\n')));
    setMinimumHeight(heightForWidth(width()));
    update();
}

// Names that need another row get it, whatever the charts below would like to have.
void ChartLegend::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    setMinimumHeight(heightForWidth(width()));
}

int ChartLegend::layOut(int width, QList<QRect> *places) const
{
    const QFontMetrics metrics(m_theme.font(TextRole::Label));
    int x = 0;
    int y = 0;
    for (const auto &name : m_names) {
        const int needed = qMin(kEntryMax, kDot + 6 + metrics.horizontalAdvance(name) + 2);
        if (x > 0 && x + needed > width) {
            x = 0;
            y += kRow;
        }
        if (places != nullptr) {
            places->append(QRect(x, y, needed, kRow));
        }
        x += needed + kGap;
    }
    return y + kRow;
}

int ChartLegend::heightForWidth(int width) const
{
    return layOut(width, nullptr);
}

QSize ChartLegend::sizeHint() const
{
    return {kEntryMax, heightForWidth(qMax(width(), kEntryMax))};
}

void ChartLegend::paintEvent(QPaintEvent *)
{
    QList<QRect> places;
    layOut(width(), &places);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(m_theme.font(TextRole::Label));
    for (qsizetype i = 0; i < m_names.size(); ++i) {
        const auto &place = places[i];
        painter.setPen(Qt::NoPen);
        painter.setBrush(seriesColor(m_theme.tokens(), i));
        painter.drawEllipse(QRectF(place.left(), place.center().y() - kDot / 2.0, kDot, kDot));
        painter.setPen(m_theme.tokens().secondary);
        const auto room = place.adjusted(kDot + 6, 0, 0, 0);
        painter.drawText(
            room, Qt::AlignVCenter,
            painter.fontMetrics().elidedText(m_names[i], Qt::ElideMiddle, room.width()));
    }
}

} // namespace slipway::views
