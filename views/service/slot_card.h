// One slot: what is deployed there, where it answers, and how it goes.
#pragma once

#include "models/deployments/deployment_summary.h"
#include "views/widgets/card.h"
#include "views/widgets/page_context.h"

class QPushButton;
class QToolButton;
class QHBoxLayout;
class QStackedWidget;

namespace slipway::views
{

class CopyLink;
class HeadlineNumber;
class Sparkline;
class StatePill;

class SlotCard : public Card
{
    Q_OBJECT

public:
    SlotCard(PageContext &context, models::DeploymentSummary &slot, QWidget *parent = nullptr);
    // Follows the deployment's requests while the page is seen.
    void setWatched(bool watched);

Q_SIGNALS:
    void deployRequested(slipway::v1::SlotKind slot);

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    QWidget *makeTop();
    QWidget *makeFull();
    QWidget *makeTitles();
    QLayout *makeDigestRow();
    QLayout *makeAddressRow();
    QWidget *makeNumbers();
    QWidget *makeEmpty();
    void connectParts();
    void applyTheme();
    void refresh();
    void refreshAddresses();
    void refreshNumbers();
    void refreshCurve();
    QString curveWords(const std::string &deployment) const;
    void tellNoBrowser(const QString &address);
    void showMoreAddresses();
    QString ageWords() const;

    PageContext &m_context;
    models::DeploymentSummary &m_slot;
    bool m_watched = false;
    models::MetricHub::Interest m_interest;
    std::string m_followed;

    StatePill *m_pill = nullptr;
    QStackedWidget *m_pages = nullptr;
    Label *m_title = nullptr;
    Label *m_digest = nullptr;
    QToolButton *m_copy_digest = nullptr;
    Label *m_age = nullptr;
    CopyLink *m_address = nullptr;
    QPushButton *m_more_addresses = nullptr;
    Label *m_port_reason = nullptr;
    Sparkline *m_curve = nullptr;
    Label *m_curve_span = nullptr;
    HeadlineNumber *m_ready = nullptr;
    HeadlineNumber *m_requests = nullptr;
    HeadlineNumber *m_p95 = nullptr;
    HeadlineNumber *m_errors = nullptr;
    Label *m_empty_address = nullptr;
    QPushButton *m_deploy = nullptr;
    QWidget *m_curve_box = nullptr;
    QHBoxLayout *m_numbers = nullptr;
};

} // namespace slipway::views
