// The instances on a host as small shapes; a click, or arrows and Enter, lead to the instance.
#pragma once

#include "models/base/fabric_store.h"
#include "views/theme/theme.h"

#include <QWidget>
#include <vector>

namespace slipway::views
{

class InstanceDots : public QWidget
{
    Q_OBJECT

public:
    static constexpr int kInset = 5;              // of the first dot
    static constexpr std::size_t kShownMax = 120; // the rest is counted

    explicit InstanceDots(const Theme &theme, QWidget *parent = nullptr);
    // Those that need a person are always among the shown ones.
    void setInstances(std::vector<models::Ref<v1::RoleInstance>> instances);

    std::size_t count() const { return m_instances.size(); }
    QRect dotRect(std::size_t index) const;
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;

Q_SIGNALS:
    void instanceChosen(const slipway::models::InstanceId &id);

protected:
    bool event(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    std::size_t shown() const;
    int columnsIn(int width) const;
    int dotAt(const QPoint &position) const; // -1: none
    void choose(int index);
    void moveTo(int index);
    QString wordsOf(const v1::RoleInstance &instance) const;

    const Theme &m_theme;
    std::vector<models::Ref<v1::RoleInstance>> m_instances;
    int m_current = 0;
    int m_hovered = -1;
};

} // namespace slipway::views
